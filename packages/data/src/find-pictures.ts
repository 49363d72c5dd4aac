import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { problemOf } from './read-file';

const EXTENSIONS = new Set(['.png', '.jpg', '.jpeg', '.webp']);

/**
 * Pictures in a folder and the folders below, by their extension. Links are followed, except to a folder that
 * they lie in; names that start with a dot are passed over.
 *
 * @returns paths relative to the folder, unsorted. A link to nothing that is named like a picture is one, so that
 *   reading it says so.
 * @throws DataError when the folder is missing or one may not be read.
 */
export async function findPictures(folder: string): Promise<string[]> {
  const found: string[] = [];
  await visit('', []);
  return found;

  async function visit(below: string, ancestors: readonly string[]): Promise<void> {
    const { real, entries } = await list(join(folder, below));
    if (ancestors.includes(real)) {
      return;
    }
    for (const entry of entries) {
      const path = join(below, entry.name);
      if (entry.name.startsWith('.')) {
        continue;
      }
      if (await isFolder(entry, join(folder, path))) {
        await visit(path, [...ancestors, real]);
      } else if (EXTENSIONS.has(extname(entry.name).toLowerCase())) {
        found.push(path);
      }
    }
  }
}

async function list(folder: string): Promise<{ real: string; entries: Dirent[] }> {
  try {
    return { real: await realpath(folder), entries: await readdir(folder, { withFileTypes: true }) };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new DataError(
      isMissing
        ? `openImageFolder: ${folder} does not exist. Check the path.`
        : `openImageFolder: ${folder} cannot be listed (${problemOf(error)}). Pass a folder of pictures.`,
    );
  }
}

async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) {
    return entry.isDirectory();
  }
  return stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  );
}
