import type { FileHandle } from 'node:fs/promises';

/** The most that one call of the system reads. */
const MAX_READ_BYTES = 2 ** 30;

/**
 * Fills bytes from a place of a file on.
 *
 * @returns how many there were: fewer than asked for where the file ends before.
 */
export async function readFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const length = Math.min(bytes.length - done, MAX_READ_BYTES);
    const { bytesRead } = await file.read(bytes, done, length, position + done);
    if (bytesRead === 0) {
      break;
    }
    done += bytesRead;
  }
  return done;
}
