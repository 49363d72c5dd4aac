import type { Header } from 'tar-stream';
import { extract } from 'tar-stream';
import { DataError } from '@restok/core/errors';
import { problemOf } from '../read-file';
import type { ByteSource } from './byte-source';
import { windowed } from './byte-source';

/** A file in a shard. */
export interface ShardMember {
  readonly path: string;
  /** Where its bytes lie in the shard. */
  readonly offset: number;
  readonly size: number;
  /** Its bytes, where they were asked for. */
  readonly content: Uint8Array | undefined;
}

const BLOCK = 512;
/** What is fed to the parser in the place of content that nobody needs. */
const FILLING = new Uint8Array(2 ** 20);
/** Long names and other records of a header; no writer comes near. */
const MAX_HEADER_BYTES = 2 ** 20;

/**
 * The files of a tar shard in order. Only headers and what is wanted are read: the parser is fed zeros for the rest, so
 * memory and time do not grow with the pictures.
 *
 * @param isWanted whether the content of a file comes with it.
 * @param windowBytes how much is read at a time.
 * @throws DataError in one line when the shard is damaged, cut off, or claims what it does not hold.
 */
export async function* shardMembers(
  source: ByteSource,
  isWanted: (path: string, size: number) => boolean,
  windowBytes: number,
): AsyncGenerator<ShardMember> {
  const { name, size } = source;
  const bytes = windowed(source, windowBytes);
  const parser = new HeaderParser(name);
  try {
    for (let position = 0; position < size;) {
      const headerStart = position;
      let header: Header | undefined;
      let zeroBlocks = 0;
      while (header === undefined) {
        if (position + BLOCK > size) {
          if (position === size && position - headerStart === zeroBlocks * BLOCK) {
            return;
          }
          throw cutOff(name, size);
        }
        const block = await bytes.read(position, BLOCK);
        position += BLOCK;
        zeroBlocks += block.every((byte) => byte === 0) ? 1 : 0;
        // Two in a row end an archive; what writers pad it with, or append, is not looked at.
        if (zeroBlocks === 2 && position - headerStart === 2 * BLOCK) {
          return;
        }
        if (position - headerStart > MAX_HEADER_BYTES) {
          throw new DataError(
            `openShards: ${name} must have headers of at most ${MAX_HEADER_BYTES} bytes, got more at ${headerStart}. Get the shard again.`,
          );
        }
        header = await parser.feed(block);
      }
      // A directory may claim a size, but has no content.
      const end = position + (header.type === 'directory' ? 0 : (header.size ?? 0));
      if (end > size) {
        throw new DataError(
          `openShards: ${name} must hold ${end} bytes for ${JSON.stringify(header.name)}, got ${size}. The shard is cut off; get it again.`,
        );
      }
      const member = memberOf(header, position);
      if (member !== undefined) {
        const content = isWanted(member.path, member.size)
          ? await bytes.read(position, member.size)
          : undefined;
        yield { ...member, content };
      }
      position += await parser.skip(header);
    }
  } finally {
    parser.end();
  }
}

function memberOf({ name, size, type }: Header, offset: number): Omit<ShardMember, 'content'> | undefined {
  const isFile = type === 'file' || type === 'contiguous-file';
  return isFile ? { path: name, offset, size: size ?? 0 } : undefined;
}

function cutOff(name: string, size: number): DataError {
  return new DataError(`openShards: ${name} is cut off in a header, after ${size} bytes. Get it again.`);
}

/** The parser of tar-stream, block by block. */
class HeaderParser {
  // So that every write waits until it is taken.
  private readonly parser = extract({ highWaterMark: 1 });
  private header: Header | undefined;
  private problem: unknown;

  constructor(private readonly name: string) {
    this.parser.on('error', (error) => (this.problem = error));
    this.parser.on('entry', (header, content, next) => {
      this.header = header;
      content.on('error', () => undefined);
      content.on('end', () => next());
      content.resume();
    });
  }

  /** The header that a block ends, if it does. */
  async feed(block: Uint8Array): Promise<Header | undefined> {
    this.header = undefined;
    await this.write(block);
    return this.header;
  }

  /** Passes over the content of a file; gives its bytes with their padding. */
  async skip({ size = 0, type }: Header): Promise<number> {
    const padded = type === 'directory' ? 0 : Math.ceil(size / BLOCK) * BLOCK;
    for (let left = padded; left > 0; left -= FILLING.length) {
      await this.write(FILLING.subarray(0, Math.min(left, FILLING.length)));
    }
    return padded;
  }

  end(): void {
    this.parser.destroy();
  }

  private async write(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.parser.off('drain', done);
        this.parser.off('close', done);
        resolve();
      };
      this.parser.on('drain', done);
      this.parser.on('close', done);
      this.parser.write(bytes);
    });
    if (this.problem !== undefined) {
      throw new DataError(
        `openShards: ${this.name} is no tar, or damaged (${problemOf(this.problem)}). Get it again.`,
      );
    }
  }
}
