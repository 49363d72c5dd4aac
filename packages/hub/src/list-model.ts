import type { HubAccess } from './hub-request';
import { hubFetch } from './hub-request';
import type { HubLister, ListedFile } from './hub-listing';

/** More files make no model; a hub that goes on listing is not waited for. */
const MAX_FILES = 100_000;

/** Lists models through Hugging Face's own client. */
export function hubLister(access: HubAccess): HubLister {
  return async (model) => {
    // Large, and only needed for ids.
    const { listFiles, modelInfo } = await import('@huggingface/hub');
    const requests = { hubUrl: access.endpoint, fetch: hubFetch(access, model) };
    const { sha } = await modelInfo({
      ...requests,
      name: model.name,
      revision: model.revision,
      additionalFields: ['sha'],
    });
    const files: ListedFile[] = [];
    // The commit and not the revision, which may move between two requests.
    for await (const { type, path, size, oid, lfs } of listFiles({
      ...requests,
      repo: { type: 'model', name: model.name },
      revision: sha,
      recursive: true,
    })) {
      if (type === 'file' && files.length < MAX_FILES) {
        files.push({ path, size, oid, sha256: lfs?.oid });
      }
      if (files.length === MAX_FILES) {
        break;
      }
    }
    return { commit: sha, files };
  };
}
