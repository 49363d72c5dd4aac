import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DataError } from '@restok/core';

/**
 * Writes a file beside its place and renames it there when it is on the disk. Whatever happens, a kill included,
 * the name holds the old file or the whole new one; a kill may leave a `*.partial` file.
 *
 * @param write receives the path to write to.
 * @throws DataError when the file system refuses; whatever else `write` throws. Nothing half-written stays behind.
 */
export async function writeAtomically(
  path: string,
  write: (partialPath: string) => Promise<void>,
): Promise<void> {
  // Unlike that of any other write; whoever cleans up looks for the process.
  const partialPath = `${path}.${randomUUID().slice(0, 8)}.${process.pid}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(partialPath);
    const file = await open(partialPath, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
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
