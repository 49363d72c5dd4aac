import type { HubAccess } from './hub-request';

import type { HubLister } from './hub-listing';

/** The part of an answer of `/api/models/<name>/revision/<revision>?blobs=true` that is read. */
interface Answer {
  readonly sha?: unknown;
  readonly siblings?: readonly {
    readonly rfilename?: unknown;
    readonly size?: unknown;
    readonly blobId?: unknown;
    readonly lfs?: { readonly sha256?: unknown } | null;
  }[];
}

/**
 * Lists models in a page with one request; Hugging Face's client is too large for one.
 *
 * @param remember keeps an answer, or finds an earlier one when nobody answers.
 */
export function hubLister(access: HubAccess, remember: typeof fetch): HubLister {
  return async (model) => {
    const revision = encodeURIComponent(model.revision);
    const address = `${access.endpoint}/api/models/${model.name}/revision/${revision}?blobs=true`;
    const response = await remember(address);
    const { sha, siblings = [] } = (await response.json()) as Answer;
    const files = siblings.map(({ rfilename, size, blobId, lfs }) => ({
      path: rfilename,
      size,
      oid: blobId,
      sha256: lfs?.sha256,
    }));
    return { commit: sha, files };
  };
}
