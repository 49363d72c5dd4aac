import { CheckpointError } from '@restok/core';
import { parseHubId } from './hub-id';
import { hubLister } from './list-model-in-page';
import { checkListing } from './hub-listing';
import { hubFetch } from './hub-request';
import { KeptModel } from './kept-model';
import type { ModelSource, SourceOptions } from './model-source';
import { PageCache } from './page-cache';
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
  const access = {
    endpoint: parseWebAddress(endpoint).href.replace(/\/+$/, ''),
    headers,
    // A page has no environment to take a token from.
    withoutToken: 'Download its folder there and open its files here',
    timeLimit,
    signal,
  };
  const lister = hubLister(access, pageCache.remembering(hubFetch(access, model)));
  const listing = checkListing(await lister(model), model.name);
  const kept = new KeptModel({ model, access, listing, pageCache });
  if (options.access !== 'ranges') {
    return kept.complete(options);
  }
  return (
    (await kept.whole()) ??
    new UrlSource(`${access.endpoint}/${model.name}/resolve/${listing.commit}`, {
      headers,
      signal,
      timeLimit,
    })
  );
}
