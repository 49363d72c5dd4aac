import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { HubFile } from './hub-listing';

/** Leading bytes of a file that have been written, and the checksum of them. */
export interface Written {
  bytes: number;
  hash: Hash;
}

/**
 * A file of which nothing is there yet.
 *
 * @source git-scm.com/book/en/v2/Git-Internals-Git-Objects for the checksum of a git blob.
 */
export function nothingWritten({ checksumKind, bytes }: HubFile): Written {
  return {
    bytes: 0,
    hash: checksumKind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`),
  };
}

/** What of a file is there already; more than there should be counts as nothing and is dropped. */
export async function readWritten(handle: FileHandle, path: string, file: HubFile): Promise<Written> {
  const { size } = await handle.stat();
  const written = nothingWritten(file);
  if (size > file.bytes) {
    await handle.truncate(0);
    return written;
  }
  if (size > 0) {
    for await (const piece of createReadStream(path, { end: size - 1 }) as AsyncIterable<Uint8Array>) {
      written.hash.update(piece);
      written.bytes += piece.length;
    }
  }
  return written;
}

/** Writes a piece after what is there. */
export async function writeOn(handle: FileHandle, written: Written, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.length;) {
    done += (await handle.write(piece, done, piece.length - done, written.bytes + done)).bytesWritten;
  }
  written.hash.update(piece);
  written.bytes += piece.length;
}
