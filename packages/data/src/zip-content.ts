import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import type { ArchiveBytes, ZipEntry } from './zip-directory';
import { contentStart, DEFLATED, STORED } from './zip-directory';

/** What is read of an archive at a time. */
const PART_BYTES = 2 ** 22;

/** The content of a file in an archive, unpacked as far as it is read, so that it may be larger than memory. */
export interface ZipContent {
  readonly bytes: number;
  /**
   * Bytes `start` to `end` (exclusive). Calls must not overlap. A packed file is unpacked from its beginning whenever
   * `start` lies before the end of the last part.
   */
  read(start: number, end: number): Promise<Buffer>;
  /** Ends unpacking; the archive stays open. */
  close(): Promise<void>;
}

/**
 * Opens a file of an archive; nothing of it is unpacked yet.
 *
 * @throws RangeError when the file is not where the directory says or packed in a way that NumPy does not.
 */
export async function openContent(archive: ArchiveBytes, name: string, entry: ZipEntry): Promise<ZipContent> {
  const start = await contentStart(archive, name, entry);
  return contentOf(archive, name, { ...entry, start });
}

/**
 * Unpacks all of an open file once and checks it against its size and checksum.
 *
 * @throws RangeError when it is damaged.
 */
export async function checkContent(content: ZipContent, name: string, entry: ZipEntry): Promise<void> {
  let checksum = 0;
  for (let position = 0; position < entry.bytes; position += PART_BYTES) {
    const part = await content.read(position, Math.min(position + PART_BYTES, entry.bytes));
    checksum = crc32(part, checksum);
  }
  if (checksum !== entry.checksum) {
    throw new RangeError(`"${name}" does not have its checksum`);
  }
}

/** @param entry whose `start` is that of the content. */
function contentOf(archive: ArchiveBytes, name: string, entry: ZipEntry): ZipContent {
  const { method, start: first, bytes, packedBytes } = entry;
  if (method === DEFLATED) {
    return new InflatedContent(archive, name, entry);
  }
  if (method !== STORED) {
    throw new RangeError(`"${name}" is packed with method ${method}`);
  }
  if (bytes !== packedBytes) {
    throw new RangeError(`"${name}" has another size than the directory says`);
  }
  return {
    bytes,
    read: (start, end) => archive.read(first + start, first + end),
    close: () => Promise.resolve(),
  };
}

/** Unpacks as it goes forward. */
class InflatedContent implements ZipContent {
  readonly bytes: number;
  private parts: AsyncIterator<Buffer> | undefined;
  /** What was unpacked last, from the position on. */
  private rest: Buffer = Buffer.alloc(0);
  private position = 0;

  constructor(
    private readonly archive: ArchiveBytes,
    private readonly name: string,
    private readonly entry: ZipEntry,
  ) {
    this.bytes = entry.bytes;
  }

  async read(start: number, end: number): Promise<Buffer> {
    if (this.parts === undefined || start < this.position) {
      await this.restart();
    }
    await this.take(start - this.position, () => undefined);
    const bytes = Buffer.alloc(end - start);
    let filled = 0;
    await this.take(bytes.length, (part) => {
      bytes.set(part, filled);
      filled += part.length;
    });
    if (end === this.bytes && !(this.rest.length === 0 && (await this.parts!.next()).done === true)) {
      throw new RangeError(`"${this.name}" has another size than the directory says`);
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.parts?.return?.();
    this.parts = undefined;
  }

  private async restart(): Promise<void> {
    await this.close();
    const inflated = createInflateRaw();
    // Whoever reads `inflated` gets what goes wrong.
    pipeline(Readable.from(this.packed()), inflated, () => undefined);
    this.parts = (inflated as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    this.rest = Buffer.alloc(0);
    this.position = 0;
  }

  private async *packed(): AsyncGenerator<Buffer> {
    const { start, packedBytes } = this.entry;
    for (let done = 0; done < packedBytes; done += PART_BYTES) {
      yield await this.archive.read(start + done, start + Math.min(done + PART_BYTES, packedBytes));
    }
  }

  /** Goes forward by a number of bytes. */
  private async take(count: number, use: (part: Buffer) => void): Promise<void> {
    for (let left = count; left > 0;) {
      if (this.rest.length === 0) {
        const next = await this.parts!.next();
        if (next.done === true) {
          throw new RangeError(`"${this.name}" has another size than the directory says`);
        }
        this.rest = next.value;
      }
      const part = this.rest.subarray(0, left);
      use(part);
      this.rest = this.rest.subarray(part.length);
      this.position += part.length;
      left -= part.length;
    }
  }
}
