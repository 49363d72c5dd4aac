/** An archive that is read in parts, so that it may be larger than memory. */
export interface ArchiveBytes {
  readonly size: number;
  /** Bytes `start` to `end` (exclusive); fewer where the archive ends before. */
  read(start: number, end: number): Promise<Buffer>;
}

/** A file in a zip archive, packed. */
export interface ZipEntry {
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Where the entry's own header starts. */
  readonly start: number;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65535;
/** In archives of 4 GiB and more: where the large end record is, right before the end record. */
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const LARGE_END_SIGNATURE = 0x06064b50;
const LARGE_END_BYTES = 56;
const DIRECTORY_SIGNATURE = 0x02014b50;
const DIRECTORY_BYTES = 46;
/** Larger directories are refused: a data set's npz has a handful of arrays. */
const MAX_DIRECTORY_BYTES = 64 * 2 ** 20;
/** Of the extra field that holds what is too large for its own. */
const LARGE_EXTRA = 1;
/** Stands for a number that is in that field. */
const LARGE_16 = 0xffff;
const LARGE_32 = 0xffffffff;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
/** How files are packed. */
export const STORED = 0;
export const DEFLATED = 8;

/** Those of the wanted files that the directory has. */
export async function findEntries(
  archive: ArchiveBytes,
  wanted: readonly string[],
): Promise<Map<string, ZipEntry>> {
  const entries = new Map<string, ZipEntry>();
  await readDirectory(archive, (name, entry) => {
    if (!wanted.includes(name)) {
      return;
    }
    if (entries.has(name)) {
      throw new RangeError(`"${name}" occurs twice`);
    }
    entries.set(name, entry);
  });
  return entries;
}

/** Reading past the end of a part throws a RangeError. */
async function readDirectory(
  archive: ArchiveBytes,
  take: (name: string, entry: ZipEntry) => void,
): Promise<void> {
  const { count, start, bytes } = await findDirectory(archive);
  if (bytes > MAX_DIRECTORY_BYTES || start + bytes > archive.size) {
    throw new RangeError('its directory is damaged');
  }
  const data = await archive.read(start, start + bytes);
  let position = 0;
  for (let i = 0; i < count; i++) {
    if (data.readUInt32LE(position) !== DIRECTORY_SIGNATURE) {
      throw new RangeError('its directory is damaged');
    }
    const nameStart = position + DIRECTORY_BYTES;
    const nameEnd = nameStart + data.readUInt16LE(position + 28);
    const extraEnd = nameEnd + data.readUInt16LE(position + 30);
    const [unpacked, packed, entryStart] = largeNumbers(
      [24, 20, 42].map((offset) => data.readUInt32LE(position + offset)),
      data.subarray(nameEnd, extraEnd),
    );
    take(data.toString('utf8', nameStart, nameEnd), {
      method: data.readUInt16LE(position + 10),
      checksum: data.readUInt32LE(position + 16),
      packedBytes: packed!,
      bytes: unpacked!,
      start: entryStart!,
    });
    position = extraEnd + data.readUInt16LE(position + 32);
  }
}

interface DirectoryPlace {
  readonly count: number;
  readonly start: number;
  readonly bytes: number;
}

async function findDirectory(archive: ArchiveBytes): Promise<DirectoryPlace> {
  const tailStart = Math.max(0, archive.size - END_BYTES - MAX_COMMENT_BYTES - LOCATOR_BYTES);
  const tail = await archive.read(tailStart, archive.size);
  for (let position = tail.length - END_BYTES; position >= 0; position--) {
    if (tail.readUInt32LE(position) === END_SIGNATURE) {
      const count = tail.readUInt16LE(position + 10);
      const bytes = tail.readUInt32LE(position + 12);
      const start = tail.readUInt32LE(position + 16);
      const isLarge = count === LARGE_16 || bytes === LARGE_32 || start === LARGE_32;
      return isLarge ? findLargeDirectory(archive, tail, position - LOCATOR_BYTES) : { count, start, bytes };
    }
  }
  throw new RangeError('it has no directory');
}

async function findLargeDirectory(
  archive: ArchiveBytes,
  tail: Buffer,
  locator: number,
): Promise<DirectoryPlace> {
  if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR_SIGNATURE) {
    throw new RangeError('it has no directory');
  }
  const position = wholeNumber(tail, locator + 8);
  const end = await archive.read(position, position + LARGE_END_BYTES);
  if (end.readUInt32LE(0) !== LARGE_END_SIGNATURE) {
    throw new RangeError('it has no directory');
  }
  return { count: wholeNumber(end, 32), bytes: wholeNumber(end, 40), start: wholeNumber(end, 48) };
}

/** Numbers of an entry, those that are too large for their own field out of its extra field, in the same order. */
function largeNumbers(numbers: readonly number[], extra: Buffer): number[] {
  if (!numbers.includes(LARGE_32)) {
    return [...numbers];
  }
  for (let position = 0; position + 4 <= extra.length;) {
    const end = position + 4 + extra.readUInt16LE(position + 2);
    if (extra.readUInt16LE(position) === LARGE_EXTRA) {
      let next = position + 4;
      return numbers.map((number) => {
        if (number !== LARGE_32) {
          return number;
        }
        next += 8;
        return wholeNumber(extra.subarray(0, end), next - 8);
      });
    }
    position = end;
  }
  return [...numbers];
}

function wholeNumber(data: Buffer, position: number): number {
  const value = Number(data.readBigUInt64LE(position));
  if (!Number.isSafeInteger(value)) {
    throw new RangeError('a size in it is too large');
  }
  return value;
}

/** Where the packed content of an entry begins. */
export async function contentStart(archive: ArchiveBytes, name: string, entry: ZipEntry): Promise<number> {
  const header = await archive.read(entry.start, entry.start + LOCAL_BYTES);
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
    throw new RangeError(`"${name}" is not where the directory says`);
  }
  const start = entry.start + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + entry.packedBytes > archive.size) {
    throw new RangeError(`"${name}" has another size than the directory says`);
  }
  return start;
}
