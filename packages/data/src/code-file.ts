import { writeFile } from 'node:fs/promises';
import { DataError } from '@restok/core/errors';
import { writeAtomically } from './atomic-file';
import type { NpyArray } from './npy';
import { decodeNpy, encodeNpy } from './npy';
import { readWholeFile } from './read-file';

/** Larger files hold no codes of one picture. */
const MAX_BYTES = 2 ** 24;

/** Indices of one picture's crops. */
export interface PictureCodes {
  readonly numCrops: number;
  readonly numLatents: number;
  /** `[numCrops, numLatents]` row-major. */
  readonly indices: Int32Array;
}

/**
 * Writes the codes of one picture as int64 `[crops, L]`, whole or not at all.
 *
 * @throws ShapeError when the indices do not fill the shape, DataError when the file system refuses.
 * @source method.md, appendix C (codes on disk).
 */
export function writeCodeFile(path: string, { numCrops, numLatents, indices }: PictureCodes): Promise<void> {
  return writeIntegers(path, [numCrops, numLatents], indices);
}

/**
 * Reads what {@link writeCodeFile} wrote, and the same with a leading axis of 1 or in int32.
 *
 * @throws DataError when it is missing, damaged or holds something else.
 */
export async function readCodeFile(path: string): Promise<PictureCodes> {
  const { shape, indices } = await readIntegers(path);
  const sides = shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape;
  const [numCrops, numLatents] = sides;
  if (sides.length !== 2 || indices.length === 0) {
    throw new DataError(
      `readCodeFile: ${path} must hold indices [crops, L], got [${shape.join(', ')}]. Write it with restok extract.`,
    );
  }
  return { numCrops: numCrops!, numLatents: numLatents!, indices };
}

/** Writes the label of one picture as int64 `[1]`, whole or not at all. */
export function writeLabelFile(path: string, label: number): Promise<void> {
  return writeIntegers(path, [1], Int32Array.of(label));
}

/**
 * Reads what {@link writeLabelFile} wrote.
 *
 * @throws DataError when it is missing, damaged or holds something else.
 */
export async function readLabelFile(path: string): Promise<number> {
  const { shape, indices } = await readIntegers(path);
  if (indices.length !== 1) {
    throw new DataError(
      `readLabelFile: ${path} must hold one label, got [${shape.join(', ')}]. Write it with restok extract.`,
    );
  }
  return indices[0]!;
}

async function writeIntegers(path: string, shape: readonly number[], values: Int32Array): Promise<void> {
  const file = encodeNpy({ shape, values: BigInt64Array.from(values, BigInt) });
  // A data set has tens of thousands of these, and the disk may need a tenth of a second to flush one.
  await writeAtomically(path, (partialPath) => writeFile(partialPath, file), { flush: false });
}

async function readIntegers(path: string): Promise<{ shape: readonly number[]; indices: Int32Array }> {
  const file = await readWholeFile(path, {
    caller: 'readCodeFile',
    maxBytes: MAX_BYTES,
    wanted: 'a .npy file',
  });
  const { shape, values } = decodeNpy(file, path);
  const indices = asInt32(values);
  if (indices === undefined) {
    throw new DataError(
      `readCodeFile: ${path} must hold whole numbers from 0 in int64 or int32. Write it with restok extract.`,
    );
  }
  return { shape, indices };
}

/** The values as int32, or undefined where one does not fit or is negative. */
function asInt32(values: NpyArray['values']): Int32Array | undefined {
  if (values instanceof BigInt64Array) {
    return values.every((value) => value >= 0n && value < 2n ** 31n)
      ? Int32Array.from(values, Number)
      : undefined;
  }
  return values instanceof Int32Array && values.every((value) => value >= 0) ? values : undefined;
}
