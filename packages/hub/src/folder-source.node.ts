import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { CheckpointError } from '@restok/core';
import type { ModelSource } from './model-source';

/**
 * A folder on disk, or the folder of a file.
 *
 * @param path of the folder, or of one file in it.
 * @returns the source and, where the path was a file's, its name; undefined when there is nothing.
 */
export async function openFolder(path: string): Promise<{ source: ModelSource; file?: string } | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    return undefined;
  }
  return found.isDirectory()
    ? { source: new FolderSource(path) }
    : { source: new FolderSource(dirname(path)), file: basename(path) };
}

class FolderSource implements ModelSource {
  private readonly files = new Map<string, FileHandle>();

  constructor(readonly description: string) {}

  async size(path: string): Promise<number | undefined> {
    const found = await stat(this.resolve(path)).catch(() => undefined);
    return found?.isFile() === true ? found.size : undefined;
  }

  async read(path: string, start: number, end: number): Promise<Uint8Array> {
    let file = this.files.get(path);
    if (file === undefined) {
      file = await open(this.resolve(path), 'r');
      this.files.set(path, file);
    }
    const bytes = new Uint8Array(end - start);
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) {
        throw new CheckpointError(
          `read: ${join(this.description, path)} ends at byte ${start + done}, expected ${end}. The file is cut off; get it again.`,
        );
      }
      done += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    const files = [...this.files.values()];
    this.files.clear();
    await Promise.all(files.map((file) => file.close()));
  }

  private resolve(path: string): string {
    const normalized = normalize(path);
    if (isAbsolute(normalized) || normalized.split(/[\\/]/).includes('..')) {
      throw new CheckpointError(
        `read: ${path} leaves the model folder ${this.description}. Do not use this model.`,
      );
    }
    return join(this.description, normalized);
  }
}
