import { crc32, inflateRawSync } from 'node:zlib';
import { DataError } from '@restok/core';
import { problemOf } from './read-file';

/** A file in a zip archive, packed. */
interface ZipEntry {
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Where the entry's own header starts. */
  readonly start: number;
}

export interface UnzipOptions {
  /** What errors call the archive. */
  readonly archiveName: string;
  /** What all wanted files may have together, unpacked. */
  readonly maxBytes: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65535;
const DIRECTORY_SIGNATURE = 0x02014b50;
const DIRECTORY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/**
 * Unpacks some files of a zip archive into memory; names are compared whole and never used as paths. Sizes are
 * checked before anything is unpacked, contents against their checksums. Archives of 4 GiB are out of range.
 *
 * @returns the wanted files that the archive holds.
 * @throws DataError when the archive is damaged, unpacks to more than the limit, holds a wanted name twice or packs
 *   it in a way that NumPy does not.
 * @source APPNOTE.TXT, .ZIP File Format Specification, 4.3.
 */
export function unzip(
  archive: Uint8Array,
  wanted: readonly string[],
  { archiveName, maxBytes }: UnzipOptions,
): Map<string, Uint8Array> {
  const data = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const entries = new Map<string, ZipEntry>();
  try {
    readDirectory(data, (name, entry) => {
      if (entries.has(name)) {
        throw new RangeError(`"${name}" occurs twice`);
      }
      if (wanted.includes(name)) {
        entries.set(name, entry);
      }
    });
    const total = [...entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    if (total > maxBytes) {
      throw new DataError(
        `readNpz: ${archiveName} unpacks to ${total} bytes, more than the ${maxBytes} that are read. Do not use it.`,
      );
    }
    return new Map([...entries].map(([name, entry]) => [name, unpack(data, name, entry)]));
  } catch (error) {
    if (error instanceof DataError) {
      throw error;
    }
    throw new DataError(
      `readNpz: ${archiveName} is not a complete .npz file (${problemOf(error)}). Write it again.`,
    );
  }
}

/** Reading past the end throws a RangeError. */
function readDirectory(data: Buffer, take: (name: string, entry: ZipEntry) => void): void {
  const end = endOfDirectory(data);
  const count = data.readUInt16LE(end + 10);
  let position = data.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (data.readUInt32LE(position) !== DIRECTORY_SIGNATURE) {
      throw new RangeError('its directory is damaged');
    }
    const nameStart = position + DIRECTORY_BYTES;
    const nameEnd = nameStart + data.readUInt16LE(position + 28);
    take(data.toString('utf8', nameStart, nameEnd), {
      method: data.readUInt16LE(position + 10),
      checksum: data.readUInt32LE(position + 16),
      packedBytes: data.readUInt32LE(position + 20),
      bytes: data.readUInt32LE(position + 24),
      start: data.readUInt32LE(position + 42),
    });
    position = nameEnd + data.readUInt16LE(position + 30) + data.readUInt16LE(position + 32);
  }
}

function endOfDirectory(data: Buffer): number {
  const first = Math.max(0, data.length - END_BYTES - MAX_COMMENT_BYTES);
  for (let position = data.length - END_BYTES; position >= first; position--) {
    if (data.readUInt32LE(position) === END_SIGNATURE) {
      return position;
    }
  }
  throw new RangeError('it has no directory');
}

function unpack(data: Buffer, name: string, entry: ZipEntry): Uint8Array {
  if (data.readUInt32LE(entry.start) !== LOCAL_SIGNATURE) {
    throw new RangeError(`"${name}" is not where the directory says`);
  }
  const extra = data.readUInt16LE(entry.start + 26) + data.readUInt16LE(entry.start + 28);
  const start = entry.start + LOCAL_BYTES + extra;
  const packed = data.subarray(start, start + entry.packedBytes);
  const file = decompress(packed, name, entry);
  if (packed.length !== entry.packedBytes || file.length !== entry.bytes) {
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
