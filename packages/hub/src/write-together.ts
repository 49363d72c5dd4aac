import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CheckpointError } from '@restok/core';

/** A file in pieces, which may be made while it is written. */
export interface FileInPieces {
  readonly path: string;
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * Writes files beside their places and renames all of them when the last is complete and on the disk. Whatever
 * happens, a kill included, a name holds its old file or its whole new one; a kill may leave `*.partial` files.
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
    for (const { path, partialPath } of moves) {
      current = path;
      await rename(partialPath, path);
    }
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

/** Unlike that of any other write, also in the same process, whose number whoever cleans up looks for. */
function partialPathOf(path: string): string {
  return `${path}.${randomUUID().slice(0, 8)}.${process.pid}.partial`;
}
