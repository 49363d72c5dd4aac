import { DataError } from '@restok/core/errors';
import PQueue from 'p-queue';
import { checkNpySize, MAX_NPY_PREFIX, readNpyHeader } from './npy-header';
import { openArchive } from './npz';
import { checkContent, openContent } from './zip-content';
import { findEntries } from './zip-directory';
import { whole } from './zip-reader';

/** An array in a .npz, of which rows are read when they are asked for. */
export interface NpzRows {
  /** NumPy's name of the type, such as `|u1`. */
  readonly descriptor: string;
  readonly shape: readonly number[];
  /** Bytes of rows `start` to `end` (exclusive) of the first axis; in their order is fastest. */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Opens an array of a .npz, both of any size, and checks it against its checksum.
 *
 * @returns its rows; closed by the caller.
 * @throws DataError when the file is missing or damaged or lacks the array, or that has no rows.
 */
export async function openNpzRows(path: string, name: string): Promise<NpzRows> {
  const archive = await openArchive(path);
  // Reading what is packed goes forward from where the last call came to.
  const inOrder = new PQueue({ concurrency: 1 });
  try {
    const file = `${name}.npy`;
    const entry = (await whole(path, () => findEntries(archive, [file]))).get(file);
    if (entry === undefined) {
      throw new DataError(`openNpzRows: ${path} holds no array "${name}". Check the name.`);
    }
    const content = await whole(path, () => openContent(archive, file, entry));
    const prefix = await content.read(0, Math.min(content.bytes, MAX_NPY_PREFIX));
    const header = readNpyHeader(prefix, `${path}/${name}`);
    await whole(path, async () => {
      // So that no file takes longer to check than an array of its header's size.
      if (content.bytes > header.start + header.size * header.valueBytes) {
        throw new RangeError(`"${file}" is larger than its header says`);
      }
      await checkContent(content, file, entry);
    });
    checkNpySize(header, content.bytes, `${path}/${name}`);
    const { descriptor, shape, valueBytes } = header;
    if (shape.length === 0) {
      throw new DataError(`openNpzRows: ${path}/${name} must have rows, got a single value. Check the name.`);
    }
    const rowBytes = shape.slice(1).reduce((product, side) => product * side, valueBytes);
    const place = (row: number): number => header.start + row * rowBytes;
    return {
      descriptor,
      shape,
      read: (start, end) => inOrder.add(() => whole(path, () => content.read(place(start), place(end)))),
      async close() {
        await content.close();
        await archive.close();
      },
    };
  } catch (error) {
    await archive.close();
    throw error;
  }
}
