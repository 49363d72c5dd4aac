import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CheckpointError } from '@restok/core';
import type { ModelSource } from './model-source';
import { checkRelativePath } from './relative-path';

/** The most that one call of the system reads. */
const MAX_READ_BYTES = 2 ** 30;

/** What the system says where there is nothing at a path. */
const NOTHING_THERE = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE']);

/**
 * A folder on disk, or the folder of a file.
 *
 * @param path of the folder, or of one file in it.
 * @returns the source and, where the path was a file's, its name; undefined when there is nothing.
 * @throws CheckpointError when the path may not be looked at.
 */
export async function openFolder(path: string): Promise<{ source: ModelSource; file?: string } | undefined> {
  const found = await statOf(path);
  if (found === undefined) {
    return undefined;
  }
  return found.isDirectory()
    ? { source: new FolderSource(path) }
    : { source: new FolderSource(dirname(path)), file: basename(path) };
}

class FolderSource implements ModelSource {
  private readonly files = new Map<string, Promise<FileHandle>>();

  constructor(readonly description: string) {}

  async size(path: string): Promise<number | undefined> {
    const found = await statOf(this.resolve(path));
    return found?.isFile() === true ? found.size : undefined;
  }

  async read(path: string, start: number, end: number): Promise<Uint8Array> {
    const name = this.resolve(path);
    const file = await this.open(name);
    const bytes = new Uint8Array(end - start);
    for (let done = 0; done < bytes.length;) {
      const length = Math.min(bytes.length - done, MAX_READ_BYTES);
      const { bytesRead } = await file.read(bytes, done, length, start + done).catch(cannotRead(name));
      if (bytesRead === 0) {
        throw new CheckpointError(
          `read: ${name} ends at byte ${start + done}, expected ${end}. The file is cut off; get it again.`,
        );
      }
      done += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled([...this.files.values()]);
    this.files.clear();
    await Promise.all(opened.flatMap((file) => (file.status === 'fulfilled' ? [file.value.close()] : [])));
  }

  /** Reads that run at once share one handle; after a failure the next read tries again. */
  private open(name: string): Promise<FileHandle> {
    const known = this.files.get(name);
    if (known !== undefined) {
      return known;
    }
    const opened = open(name, 'r').catch((error: Error) => {
      this.files.delete(name);
      return cannotRead(name)(error);
    });
    this.files.set(name, opened);
    return opened;
  }

  private resolve(path: string): string {
    checkRelativePath(path, this.description);
    return join(this.description, path);
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) =>
    NOTHING_THERE.has(error.code ?? '') ? undefined : cannotRead(path)(error),
  );
}

function cannotRead(name: string): (error: Error) => never {
  return (error) => {
    throw new CheckpointError(`read: ${name} cannot be read (${error.message}). Check the path.`, {
      cause: error,
    });
  };
}
