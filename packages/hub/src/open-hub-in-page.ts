import { CheckpointError } from '@restok/core';
import { downloadToMemory } from './download-to-memory';
import type { HubId } from './hub-id';
import { parseHubId } from './hub-id';
import { hubLister } from './list-model-in-page';
import type { HubFile, HubListing } from './hub-listing';
import { checkListing } from './hub-listing';
import type { HubAccess } from './hub-request';
import { fileAddress, hubFetch } from './hub-request';
import { modelFiles, withShards } from './model-files';
import type { ModelSource, SourceOptions } from './model-source';
import { PageCache } from './page-cache';
import { readShardIndex } from './shard-index';
import { DEFAULT_TIME_LIMIT } from './time-limit';
import { UrlSource } from './url-source';
import { parseWebAddress } from './web-address';

/**
 * The files of a model of a hub in a page: kept in the page's cache, where they are brought first, or, with
 * `access: 'ranges'`, read from the hub.
 *
 * @param id `owner/name` or `owner/name@revision`.
 * @throws CheckpointError when there is no such model, it may not be read, or its files are not what they should be.
 */
export async function openHub(
  id: string,
  options: SourceOptions = {},
  pageCache = new PageCache(),
): Promise<ModelSource> {
  const model = parseHubId(id, options.revision);
  if (model === undefined) {
    throw new CheckpointError(
      `openHub: id must be owner/name or owner/name@revision, got ${id}. Name a model of the hub.`,
    );
  }
  const {
    endpoint = 'https://huggingface.co',
    headers = {},
    timeLimit = DEFAULT_TIME_LIMIT,
    signal,
  } = options;
  const access = { endpoint: parseWebAddress(endpoint).href.replace(/\/+$/, ''), headers, timeLimit, signal };
  const lister = hubLister(access, pageCache.remembering(hubFetch(access, model)));
  const listing = checkListing(await lister(model), model.name);
  if (options.access === 'ranges') {
    return new UrlSource(`${access.endpoint}/${model.name}/resolve/${listing.commit}`, {
      headers,
      signal,
      timeLimit,
    });
  }
  return keptModel({ model, access, listing, pageCache, onDownload: options.onDownload });
}

async function keptModel({
  model,
  access,
  listing,
  pageCache,
  onDownload,
}: {
  readonly model: HubId;
  readonly access: HubAccess;
  readonly listing: HubListing;
  readonly pageCache: PageCache;
  readonly onDownload: SourceOptions['onDownload'];
}): Promise<ModelSource> {
  const contents = new Map<string, Blob>();
  const source = new BlobSource(model.name, contents);
  const get = async (file: HubFile, onBytes: (count: number) => void): Promise<void> => {
    const address = fileAddress(access, model.name, listing.commit, file.path);
    const kept = await (await pageCache.find(address))?.blob();
    if (kept?.size === file.bytes) {
      contents.set(file.path, kept);
      return onBytes(file.bytes);
    }
    const content = await downloadToMemory({ file, model, access, address, onBytes });
    await pageCache.keep(address, content);
    // What is kept may lie on the disk, what was downloaded lies in memory.
    contents.set(file.path, (await (await pageCache.find(address))?.blob()) ?? content);
  };
  const chosen = modelFiles(listing, model.name);
  let files = chosen.files;
  if (chosen.index !== undefined) {
    await get(chosen.index, () => undefined);
    const shards = await readShardIndex(source, chosen.index.path);
    files = withShards(chosen, listing, shards.values(), model.name);
  }
  const missing = files.filter(({ path }) => !contents.has(path));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = total - missing.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const file of missing) {
    await get(file, (count) => {
      done += count;
      onDownload?.({ done, total });
    });
  }
  return source;
}

/** Files that are held by the page. */
class BlobSource implements ModelSource {
  constructor(
    readonly description: string,
    private readonly contents: Map<string, Blob>,
  ) {}

  size(path: string): Promise<number | undefined> {
    return Promise.resolve(this.contents.get(path)?.size);
  }

  async read(path: string, start: number, end: number): Promise<Uint8Array> {
    const content = this.contents.get(path);
    if (content === undefined || end > content.size) {
      throw new CheckpointError(
        `read: ${this.description}/${path} ends at byte ${content?.size ?? 0}, expected ${end}. Get the file again.`,
      );
    }
    return new Uint8Array(await content.slice(start, end).arrayBuffer());
  }

  close(): Promise<void> {
    this.contents.clear();
    return Promise.resolve();
  }
}
