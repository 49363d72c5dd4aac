import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { DataError } from '@restok/core/errors';
import { problemOf } from '../read-file';

/** Pictures hardly shrink when they are packed, so a tarball that unpacks to more than this is a bomb. */
const MAX_UNPACKED_BYTES = 4 * 2 ** 30;

/** What every entry takes besides its content. */
const ENTRY_HEADER_BYTES = 512;

/**
 * Files of a gzipped tarball that `wanted` names.
 *
 * @throws DataError when the tarball is damaged or unpacks to more than 4 GiB, or a wanted entry is larger than the
 *   limit or has a path that leaves the package.
 */
export async function tarballEntries(
  tarball: Uint8Array,
  maxEntryBytes: number,
  wanted: (path: string) => boolean,
  { maxUnpackedBytes = MAX_UNPACKED_BYTES } = {},
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  let unpackedBytes = 0;
  const entries = extract();
  // `pipeline` hands an error of the gunzip on to the loop below; `pipe` would end the process.
  const source = pipeline(Readable.from([tarball]), createGunzip(), entries);
  source.catch(() => undefined);
  try {
    for await (const entry of entries) {
      const { name: path, type, size } = entry.header;
      unpackedBytes += ENTRY_HEADER_BYTES + (size ?? 0);
      if (unpackedBytes > maxUnpackedBytes) {
        throw new DataError(
          `tarballEntries: the tarball unpacks to more than ${maxUnpackedBytes} bytes. Do not use it.`,
        );
      }
      if (type !== 'file' || !wanted(path)) {
        entry.resume();
        continue;
      }
      if (path.split('/').includes('..') || (size ?? 0) > maxEntryBytes) {
        throw new DataError(
          `tarballEntries: ${JSON.stringify(path)} leaves its package or is larger than ${maxEntryBytes} bytes. Do not use this tarball.`,
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
    throw new DataError(`tarballEntries: the tarball is damaged (${problemOf(error)}). Fetch it again.`);
  }
  return files;
}
