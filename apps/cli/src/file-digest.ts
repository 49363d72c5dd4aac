import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of a SHA-256. */
export const DIGEST_BYTES = 32;

/** SHA-256 of bytes, `[32]`. */
export function bytesDigest(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** SHA-256 of a file, in hexadecimal. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) {
    hash.update(piece as Uint8Array);
  }
  return hash.digest('hex');
}

/** SHA-256 of the names and contents of the files of a folder, in hexadecimal. */
export async function folderDigest(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  for (const name of names.sort()) {
    hash.update(`${name} ${await fileDigest(join(folder, name))}\n`);
  }
  return hash.digest('hex');
}
