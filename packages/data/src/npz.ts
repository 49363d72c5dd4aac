import { writeFile } from 'node:fs/promises';
import type { Zippable } from 'fflate';
import { zipSync } from 'fflate';
import { DataError } from '@restok/core';
import { writeAtomically } from './atomic-file';
import type { NpyArray } from './npy';
import { decodeNpy, encodeNpy } from './npy';
import { readWholeFile } from './read-file';
import { unzip } from './zip-reader';

/** Archives that are larger, packed or unpacked, are refused. */
const MAX_BYTES = 2 * 2 ** 30;

/** Beyond this the format needs an extension that is not written. */
const MAX_ARCHIVE_BYTES = 2 ** 32 - 1;

/** The same arrays give the same bytes on any day; NumPy writes this date, too. */
const NO_TIME = new Date(1980, 0, 1);

export interface ReadNpzOptions {
  /** What the wanted arrays may have together, unpacked; 2 GiB when left out. */
  readonly maxBytes?: number;
}

/**
 * Writes arrays as a .npz that `numpy.load` reads; it appears complete or not at all.
 *
 * @throws ShapeError when values do not fill their shape, DataError for 4 GiB and when the file system refuses.
 */
export async function writeNpz(path: string, arrays: Readonly<Record<string, NpyArray>>): Promise<void> {
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)] as const);
  const total = files.reduce((sum, [, { length }]) => sum + length, 0);
  if (total > MAX_ARCHIVE_BYTES) {
    throw new DataError(
      `writeNpz: the arrays for ${path} take ${total} bytes, too many for a .npz. Split them.`,
    );
  }
  const zippable: Zippable = Object.fromEntries(files);
  const archive = zipSync(zippable, { level: 1, mtime: NO_TIME });
  await writeAtomically(path, (partialPath) => writeFile(partialPath, archive));
}

/**
 * Reads the arrays of a .npz.
 *
 * @param wanted names of the arrays to unpack.
 * @throws DataError when the file is missing, damaged, too large, or lacks one of them.
 */
export async function readNpz<Name extends string>(
  path: string,
  wanted: readonly Name[],
  { maxBytes = MAX_BYTES }: ReadNpzOptions = {},
): Promise<Record<Name, NpyArray>> {
  const archive = await readWholeFile(path, {
    caller: 'readNpz',
    maxBytes: MAX_BYTES,
    wanted: 'a .npz file',
  });
  const files = unzip(
    archive,
    wanted.map((name) => `${name}.npy`),
    { archiveName: path, maxBytes },
  );
  const arrays = wanted.map((name) => {
    const file = files.get(`${name}.npy`);
    if (file === undefined) {
      throw new DataError(`readNpz: ${path} holds no array "${name}". Write it with restok encode.`);
    }
    return [name, decodeNpy(file, `${path}/${name}`)] as const;
  });
  return Object.fromEntries(arrays) as Record<Name, NpyArray>;
}
