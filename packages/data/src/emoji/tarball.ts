import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pacote from 'pacote';
import { extract } from 'tar-stream';
import { DataError } from '@restok/core';
import type { EmojiSource } from './sources';

/** Gets the tarball of a source, its integrity already checked. */
export type TarballFetcher = (
  source: EmojiSource,
  options: { readonly signal?: AbortSignal },
) => Promise<Uint8Array>;

/** From the npm registry, with the user's registry settings; the integrity check is the client's. */
export const fetchTarball: TarballFetcher = async (source, { signal }) => {
  signal?.throwIfAborted();
  return pacote.tarball(`${source.packageName}@${source.version}`, { integrity: source.integrity });
};

/**
 * Files of a gzipped tarball that `wanted` names.
 *
 * @throws DataError when the tarball is damaged, or a wanted entry is larger than the limit or its path leaves the package.
 */
export async function tarballEntries(
  tarball: Uint8Array,
  maxEntryBytes: number,
  wanted: (path: string) => boolean,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const entries = extract();
  // `pipeline` hands an error of the gunzip on to the loop below; `pipe` would end the process.
  const source = pipeline(Readable.from([tarball]), createGunzip(), entries);
  source.catch(() => undefined);
  try {
    for await (const entry of entries) {
      const { name: path, type, size } = entry.header;
      if (type !== 'file' || !wanted(path)) {
        entry.resume();
        continue;
      }
      if (path.split('/').includes('..') || (size ?? 0) > maxEntryBytes) {
        throw new DataError(
          `tarballEntries: ${path} leaves its package or is larger than ${maxEntryBytes} bytes. Do not use this tarball.`,
        );
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) {
        chunks.push(chunk as Uint8Array);
      }
      files.set(path, Buffer.concat(chunks));
    }
    await source;
  } catch (error) {
    if (error instanceof DataError) {
      throw error;
    }
    const cause = error instanceof Error ? error.message : String(error);
    throw new DataError(`tarballEntries: the tarball is damaged (${cause}). Fetch it again.`);
  }
  return files;
}
