import { readFile, writeFile } from 'node:fs/promises';
import { unzipSync, zipSync } from 'fflate';
import { DataError } from '@restok/core';
import { writeAtomically } from './atomic-file';
import type { NpyArray } from './npy';
import { decodeNpy, encodeNpy } from './npy';

/** Archives that would unpack to more are refused. */
const MAX_UNPACKED_BYTES = 8 * 2 ** 30;

/** Writes arrays as a .npz that `numpy.load` reads; it appears complete or not at all. */
export async function writeNpz(path: string, arrays: Readonly<Record<string, NpyArray>>): Promise<void> {
  const files = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)]),
  );
  const archive = zipSync(files, { level: 1 });
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
): Promise<Record<Name, NpyArray>> {
  const archive = await readFile(path).catch(() => undefined);
  if (archive === undefined) {
    throw new DataError(`readNpz: ${path} does not exist. Check the path.`);
  }
  let files: Record<string, Uint8Array>;
  try {
    let total = 0;
    files = unzipSync(archive, {
      filter: ({ name, originalSize }) => {
        const isWanted = wanted.some((array) => name === `${array}.npy`);
        total += isWanted ? originalSize : 0;
        return isWanted && total <= MAX_UNPACKED_BYTES;
      },
    });
  } catch {
    throw new DataError(`readNpz: ${path} is not a complete .npz file. Write it again.`);
  }
  const arrays = wanted.map((name) => {
    const file = files[`${name}.npy`];
    if (file === undefined) {
      throw new DataError(
        `readNpz: ${path} holds no array "${name}", or it is too large. Write it with restok encode.`,
      );
    }
    return [name, decodeNpy(file, `${path}/${name}`)] as const;
  });
  return Object.fromEntries(arrays) as Record<Name, NpyArray>;
}
