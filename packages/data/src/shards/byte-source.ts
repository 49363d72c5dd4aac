import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { DataError } from '@restok/core/errors';
import { problemOf } from '../read-file';
import { readFully } from '../read-fully';
import { openHttpSource, withoutSecrets } from './http-source';

/** Bytes that can be read from any place: a file, or what a server gives in parts. */
export interface ByteSource {
  /** What errors call it. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Another one where the bytes have changed: a time, or what the server calls the version. */
  readonly version: string;
  /**
   * Exactly `length` bytes from `offset` on.
   *
   * @throws DataError when there are fewer, or they cannot be read.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Whether a shard is fetched from a server. */
export function isUrl(name: string): boolean {
  return /^https?:/i.test(name);
}

/** A shard as people are shown it. */
export function shownName(name: string): string {
  return isUrl(name) ? withoutSecrets(name) : name;
}

/**
 * Opens a shard by its path or http(s) URL.
 *
 * @throws DataError in one line when it is missing, no file, or cannot be read in parts.
 */
export function openByteSource(name: string): Promise<ByteSource> {
  return isUrl(name) ? openHttpSource(name) : openFileSource(name);
}

async function openFileSource(path: string): Promise<ByteSource> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const found = await file.stat();
    if (!found.isFile()) {
      throw new DataError(`openShards: ${path} must be a file. Name a .tar.`);
    }
    return fileSource(path, file, found);
  } catch (error) {
    await file?.close();
    if (error instanceof DataError) {
      throw error;
    }
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? new DataError(`openShards: ${path} does not exist. Check the path and the range of the pattern.`)
      : new DataError(`openShards: ${path} cannot be read (${problemOf(error)}). Check the path.`);
  }
}

function fileSource(path: string, file: FileHandle, { size, mtimeMs }: Stats): ByteSource {
  return {
    name: path,
    size,
    version: String(mtimeMs),
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      const bytesRead = await readFully(file, bytes, offset);
      if (bytesRead < length) {
        throw new DataError(
          `openShards: ${path} must hold ${offset + length} bytes, got ${offset + bytesRead}. Get the shard again.`,
        );
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

/**
 * The same bytes, read in blocks that are as long as `windowBytes` where less is asked for: headers of a shard that
 * lie close together then take one read.
 */
export function windowed(source: ByteSource, windowBytes: number): ByteSource {
  let start = 0;
  let block: Uint8Array = new Uint8Array(0);
  return {
    ...source,
    read: async (offset, length) => {
      if (offset < start || offset + length > start + block.length) {
        block = await source.read(offset, Math.max(length, Math.min(windowBytes, source.size - offset)));
        start = offset;
      }
      return block.subarray(offset - start, offset - start + length);
    },
  };
}
