import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file beside its place and renames it there, so that a reader never sees half of it.
 *
 * @param write receives the path to write to.
 */
export async function writeAtomically(
  path: string,
  write: (partialPath: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partialPath = `${path}.${process.pid}.partial`;
  try {
    await write(partialPath);
    const file = await open(partialPath, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partialPath, path);
  } catch (error) {
    await rm(partialPath, { force: true });
    throw error;
  }
}
