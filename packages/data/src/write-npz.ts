import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { ShapeError } from '@restok/core/errors';
import { writeAtomically } from './atomic-file';
import type { NpyArray } from './npy';
import { encodeNpy } from './npy';
import { npyHeader } from './npy-header';

/** A uint8 array whose values come in parts, in C order, so that it may be larger than memory. */
export interface NpyParts {
  readonly shape: readonly number[];
  readonly parts: AsyncIterable<Uint8Array>;
}

/** A .npy file that is made while it is written. */
interface NpyFile {
  readonly size: number;
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** The same arrays give the same bytes on any day; NumPy writes this date, too. */
const NO_TIME = new Date(1980, 0, 1);

/** What goes to the packer at once, however the values come, so that its bytes depend on nothing but the values. */
const CHUNK_BYTES = 2 ** 20;

const ENTRY_OPTIONS = { mtime: NO_TIME, forceDosTimestamp: true, mode: 0o100644, compressionLevel: 1 };

/**
 * Writes arrays as a .npz of any size that `numpy.load` reads; it appears complete or not at all.
 *
 * @throws ShapeError when values do not fill their shape, DataError when the file system refuses; whatever the parts
 *   throw.
 */
export async function writeNpz(
  path: string,
  arrays: Readonly<Record<string, NpyArray | NpyParts>>,
): Promise<void> {
  const files = Object.entries(arrays).map(([name, array]) => ({
    name: `${name}.npy`,
    ...('parts' in array ? partsFile(array) : wholeFile(array)),
  }));
  await writeAtomically(path, async (partialPath) => {
    const zip = new ZipFile();
    const archive = zip.outputStream as Readable;
    zip.on('error', (error: Error) => archive.destroy(error));
    for (const { name, size, pieces } of files) {
      zip.addReadStreamLazy(name, { ...ENTRY_OPTIONS, size }, (take) => {
        const source = Readable.from(inChunks(pieces), { objectMode: false });
        source.on('error', (error) => archive.destroy(error));
        take(null, source);
      });
    }
    zip.end();
    await pipeline(archive, createWriteStream(partialPath));
  });
}

function wholeFile(array: NpyArray): NpyFile {
  const bytes = encodeNpy(array);
  return { size: bytes.length, pieces: [bytes] };
}

function partsFile({ shape, parts }: NpyParts): NpyFile {
  const header = npyHeader('|u1', shape);
  const wanted = shape.reduce((product, side) => product * side, 1);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield header;
    let size = 0;
    for await (const part of parts) {
      size += part.length;
      yield part;
    }
    if (size !== wanted) {
      throw new ShapeError(
        `writeNpz: parts must fill [${shape.join(', ')}], got ${size} values. Check the shape.`,
        {
          shape,
          values: size,
        },
      );
    }
  };
  return { size: header.length + wanted, pieces: pieces() };
}

async function* inChunks(pieces: NpyFile['pieces']): AsyncGenerator<Uint8Array> {
  let chunk = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length;) {
      const part = piece.subarray(start, start + CHUNK_BYTES - filled);
      chunk.set(part, filled);
      filled += part.length;
      start += part.length;
      if (filled === CHUNK_BYTES) {
        yield chunk;
        chunk = new Uint8Array(CHUNK_BYTES);
        filled = 0;
      }
    }
  }
  yield chunk.subarray(0, filled);
}
