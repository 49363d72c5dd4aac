import { CheckpointError } from '@restok/core';
import { addressOfPath, openFolder, openHub, PLACES } from '#folder-source';
import { parseHubId } from './hub-id';
import type { ModelSource, SourceOptions } from './model-source';
import { UrlSource } from './url-source';
import { isWebAddress, parseWebAddress } from './web-address';

const WEIGHT_FILE = /\.safetensors(\.index\.json)?$/;

/**
 * Finds where a model lies.
 *
 * @param spec path of a folder or of a weight file in it, the http(s) URL of either, or a hub id, `owner/name` or
 *   `owner/name@revision`; a folder that exists wins over a hub id. In a page `./folder` and `/folder` are addresses
 *   of its own site.
 * @returns the source and, where the spec names a file, that file.
 * @throws CheckpointError when there is nothing.
 */
export async function openSource(
  spec: string,
  options: SourceOptions = {},
): Promise<{ source: ModelSource; file?: string }> {
  if (typeof spec !== 'string' || spec === '') {
    throw new CheckpointError(
      `openSource: a model must be named by ${PLACES}, got ${JSON.stringify(spec)}. Pass one.`,
    );
  }
  const address = isWebAddress(spec) ? spec : addressOfPath(spec);
  if (address !== undefined) {
    return openAddress(parseWebAddress(address), options);
  }
  const folder = await openFolder(spec);
  if (folder !== undefined) {
    return folder;
  }
  if (parseHubId(spec, options.revision) !== undefined) {
    return { source: await openHub(spec, options) };
  }
  throw new CheckpointError(`openSource: ${spec} does not exist. Pass ${PLACES}.`);
}

function openAddress(url: URL, options: SourceOptions): { source: ModelSource; file?: string } {
  const slash = url.pathname.lastIndexOf('/');
  const last = decodedName(url.pathname.slice(slash + 1));
  if (!WEIGHT_FILE.test(last)) {
    return { source: new UrlSource(url.href, options) };
  }
  const folder = new URL(url);
  folder.pathname = url.pathname.slice(0, slash);
  return { source: new UrlSource(folder.href, options), file: last };
}

/** A name that is not encoded properly names no file that could be asked for. */
function decodedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return '';
  }
}
