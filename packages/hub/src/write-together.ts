import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CheckpointError } from '@restok/core';

/** A file in pieces, which may be made while it is written. */
export interface FileInPieces {
  readonly path: string;
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * Writes files beside their places and renames all of them when the last is complete and on the disk. Whatever
 * happens, a kill included, a name holds its old file or its whole new one. The old last file steps aside before the
 * first rename, so that a kill between two renames leaves none of that name, not an old one beside new ones. Any kill
 * may leave `*.partial` files.
 *
 * @param caller what errors call the function that was asked to write.
 * @throws CheckpointError when the file system refuses; whatever the making of a piece throws. Nothing
 *   half-written stays behind.
 */
export async function writeTogether(caller: string, files: readonly FileInPieces[]): Promise<void> {
  const moves = files.map((file) => ({ ...file, partialPath: partialPathOf(file.path) }));
  let current = '';
  try {
    for (const { path, partialPath, pieces } of moves) {
      current = path;
      await mkdir(dirname(path), { recursive: true });
      await writePieces(partialPath, pieces);
    }
    const last = moves.length > 1 ? moves.at(-1)!.path : undefined;
    await withoutFile(last, async () => {
      for (const { path, partialPath } of moves) {
        current = path;
        await rename(partialPath, path);
      }
    });
  } catch (error) {
    await Promise.all(
      moves.map(({ partialPath }) => rm(partialPath, { force: true }).catch(() => undefined)),
    );
    if (error instanceof Error && 'syscall' in error) {
      throw new CheckpointError(
        `${caller}: ${current} could not be written (${error.message}). Make room on the disk or choose another place.`,
        { path: current, cause: error },
      );
    }
    throw error;
  }
}

/** Does some work while a file, where there is one, is out of the way; it comes back when the work fails. */
async function withoutFile(path: string | undefined, work: () => Promise<void>): Promise<void> {
  if (path === undefined || !(await isFile(path))) {
    return work();
  }
  const aside = partialPathOf(path);
  await rename(path, aside);
  try {
    await work();
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  await rm(aside, { force: true });
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function writePieces(path: string, pieces: FileInPieces['pieces']): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const piece of pieces) {
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** No other write has this name; whoever clears up finds it by the number of the process. */
function partialPathOf(path: string): string {
  return `${path}.${randomUUID().slice(0, 8)}.${process.pid}.partial`;
}
