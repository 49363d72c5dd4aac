import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pacote from 'pacote';
import { extract } from 'tar-stream';
import { DataError } from '@restok/core';
import { problemOf } from '../read-file';
import type { EmojiSource } from './sources';

/** Gets the tarball of a source. */
export type TarballFetcher = (
  source: EmojiSource,
  options: { readonly signal?: AbortSignal },
) => Promise<Uint8Array>;

/** A tarball that unpacks to more is a bomb; the largest that is used takes a tenth. */
const MAX_UNPACKED_BYTES = 4 * 2 ** 30;

/** What every entry takes besides its content. */
const ENTRY_HEADER_BYTES = 512;

/**
 * From the npm registry, or the one that the variable `npm_config_registry` names; the client checks the integrity.
 *
 * @throws DataError when it cannot be had, the signal's reason when that stops it.
 */
export const fetchTarball: TarballFetcher = async (source, { signal }) => {
  signal?.throwIfAborted();
  const { packageName, version, integrity } = source;
  const options = { integrity, signal, registry: process.env.npm_config_registry };
  try {
    return await pacote.tarball(`${packageName}@${version}`, options);
  } catch (error) {
    signal?.throwIfAborted();
    throw new DataError(
      `fetchTarball: ${packageName}@${version} could not be fetched (${problemOf(error)}). Check the connection and the registry, and try again.`,
      { cause: error },
    );
  }
};

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
