import { crc32, inflateRawSync } from 'node:zlib';
import { DataError } from '@restok/core/errors';
import { problemOf } from './read-file';
import type { ArchiveBytes, ZipEntry } from './zip-directory';
import { contentStart, DEFLATED, findEntries, STORED } from './zip-directory';

export interface UnzipOptions {
  /** What errors call the archive. */
  readonly archiveName: string;
  /** What all wanted files may have together, unpacked. */
  readonly maxBytes: number;
}

/**
 * Unpacks some files of a zip archive into memory; names are compared whole and never used as paths. Of the archive no
 * more than its directory and those files is read. Sizes are checked before anything is unpacked, contents against
 * their checksums.
 *
 * @returns the wanted files that the archive holds.
 * @throws DataError when the archive is damaged, unpacks to more than the limit, holds a wanted name twice or packs
 *   it in a way that NumPy does not.
 * @source APPNOTE.TXT, .ZIP File Format Specification, 4.3 and, for archives of 4 GiB and more, 4.5.3.
 */
export async function unzip(
  archive: ArchiveBytes,
  wanted: readonly string[],
  { archiveName, maxBytes }: UnzipOptions,
): Promise<Map<string, Uint8Array>> {
  return whole(archiveName, async () => {
    const entries = await findEntries(archive, wanted);
    const total = [...entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    if (total > maxBytes) {
      throw new DataError(
        `readNpz: ${archiveName} unpacks to ${total} bytes, more than the ${maxBytes} that are read. Do not use it.`,
      );
    }
    const files = new Map<string, Uint8Array>();
    for (const [name, entry] of entries) {
      files.set(name, await unpack(archive, name, entry));
    }
    return files;
  });
}

/** Turns what goes wrong in an archive into a DataError. */
export async function whole<Result>(archiveName: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DataError) {
      throw error;
    }
    throw new DataError(
      `readNpz: ${archiveName} is not a complete .npz file (${problemOf(error)}). Write it again.`,
    );
  }
}

async function unpack(archive: ArchiveBytes, name: string, entry: ZipEntry): Promise<Uint8Array> {
  const start = await contentStart(archive, name, entry);
  const file = decompress(await archive.read(start, start + entry.packedBytes), name, entry);
  if (file.length !== entry.bytes) {
    throw new RangeError(`"${name}" has another size than the directory says`);
  }
  if (crc32(file) !== entry.checksum) {
    throw new RangeError(`"${name}" does not have its checksum`);
  }
  return file;
}

/** No more memory is taken than the directory says. */
function decompress(packed: Buffer, name: string, { method, bytes }: ZipEntry): Uint8Array {
  if (method === STORED) {
    return packed;
  }
  if (method === DEFLATED) {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
  }
  throw new RangeError(`"${name}" is packed with method ${method}`);
}
