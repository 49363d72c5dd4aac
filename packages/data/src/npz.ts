import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { DataError } from '@restok/core/errors';
import type { NpyArray } from './npy';
import { decodeNpy } from './npy';
import { problemOf } from './read-file';
import { readFully } from './read-fully';
import type { ArchiveBytes } from './zip-directory';
import { unzip } from './zip-reader';

/** Arrays that are larger together are refused unless more is asked for. */
const MAX_BYTES = 2 * 2 ** 30;

export interface ReadNpzOptions {
  /** What the wanted arrays may have together, unpacked; 2 GiB when left out. The archive may be larger. */
  readonly maxBytes?: number;
}

/**
 * Reads arrays of a .npz of any size; nothing else of it is read.
 *
 * @param wanted names of the arrays to unpack.
 * @throws DataError when the file is missing, damaged, lacks one of them, or they are too large together.
 */
export async function readNpz<Name extends string>(
  path: string,
  wanted: readonly Name[],
  options: ReadNpzOptions = {},
): Promise<Record<Name, NpyArray>> {
  const arrays = await readNpzSome(path, wanted, options);
  for (const name of wanted) {
    if (!Object.hasOwn(arrays, name)) {
      throw new DataError(`readNpz: ${path} holds no array "${name}". Write it with restok encode.`);
    }
  }
  return arrays as Record<Name, NpyArray>;
}

/**
 * Reads those arrays of a .npz that it holds.
 *
 * @param wanted names of the arrays to unpack.
 * @throws DataError when the file is missing, damaged, or the arrays are too large together.
 */
export async function readNpzSome<Name extends string>(
  path: string,
  wanted: readonly Name[],
  { maxBytes = MAX_BYTES }: ReadNpzOptions = {},
): Promise<Partial<Record<Name, NpyArray>>> {
  const archive = await openArchive(path);
  try {
    const files = await unzip(
      archive,
      wanted.map((name) => `${name}.npy`),
      { archiveName: path, maxBytes },
    );
    const arrays = wanted.flatMap((name) => {
      const array = files.get(`${name}.npy`);
      return array === undefined ? [] : [[name, decodeNpy(array, `${path}/${name}`)] as const];
    });
    return Object.fromEntries(arrays) as Partial<Record<Name, NpyArray>>;
  } finally {
    await archive.close();
  }
}

/** An archive on the disk, to be closed by the caller. */
export interface OpenArchive extends ArchiveBytes {
  close(): Promise<void>;
}

/** @throws DataError when there is no such file, or nothing in it. */
export async function openArchive(path: string): Promise<OpenArchive> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' || error.code === 'ENOTDIR'
      ? new DataError(`readNpz: ${path} does not exist. Check the path.`)
      : unreadable(path, error);
  });
  try {
    return { ...(await bytesOf(file, path)), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function bytesOf(file: FileHandle, path: string): Promise<ArchiveBytes> {
  const found = await file.stat();
  if (!found.isFile() || found.size === 0) {
    throw new DataError(`readNpz: ${path} must be a file with content. Pass a .npz file.`);
  }
  return {
    size: found.size,
    async read(start, end) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(end, found.size) - start));
      const bytesRead = await readFully(file, bytes, start).catch((error: Error) => {
        throw unreadable(path, error);
      });
      if (bytesRead < bytes.length) {
        throw new RangeError('it became shorter');
      }
      return bytes;
    },
  };
}

function unreadable(path: string, error: Error): DataError {
  return new DataError(`readNpz: ${path} cannot be read (${problemOf(error)}). Check the path.`);
}
