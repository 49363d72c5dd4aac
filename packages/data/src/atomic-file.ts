import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DataError } from '@restok/core/errors';
import { isSpecialFile } from './special-file';

export interface AtomicFileOptions {
  /** Waits until the disk has the file (the default), so that not even a power cut can damage it. */
  readonly flush?: boolean;
}

/**
 * Writes a file beside its place and renames it there when it is on the disk. Whatever happens, a kill included,
 * the name holds the old file or the whole new one; a kill may leave a `*.partial` file.
 *
 * @param write receives the path to write to.
 * @param options without `flush` thousands of small files are many times as fast; after a power cut a file may be
 *   damaged, so only for files that are checked when they are read and can be made again.
 * @throws DataError when a device or a pipe is there, or the file system refuses; whatever else `write` throws. Nothing half-written stays behind.
 */
export async function writeAtomically(
  path: string,
  write: (partialPath: string) => Promise<void>,
  { flush = true }: AtomicFileOptions = {},
): Promise<void> {
  if (await isSpecialFile(path)) {
    throw new DataError(
      `writeAtomically: ${path} must be a file, got a device or a pipe. Choose another place.`,
      { path },
    );
  }
  // No other write has this name; whoever clears up finds it by the number of the process.
  const partialPath = `${path}.${randomUUID().slice(0, 8)}.${process.pid}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(partialPath);
    if (flush) {
      await flushFile(partialPath);
    }
    await rename(partialPath, path);
  } catch (error) {
    await rm(partialPath, { force: true }).catch(() => undefined);
    if (error instanceof Error && 'syscall' in error) {
      throw new DataError(
        `writeAtomically: ${path} could not be written (${error.message}). Make room on the disk or choose another place.`,
        { path, cause: error },
      );
    }
    throw error;
  }
}

async function flushFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
