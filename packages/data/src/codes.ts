import { DataError } from '@restok/core/errors';
import { readNpz } from './npz';
import { writeNpz } from './write-npz';

/** Indices of several pictures, in the order in which they were given. */
export interface Codes {
  readonly names: readonly string[];
  /** N · L indices, row-major. */
  readonly indices: Int32Array;
  readonly numLatents: number;
}

/** Writes indices.npy (int32 `[N, L]`) and names.npy as one .npz. */
export async function writeCodes(path: string, codes: Codes): Promise<void> {
  const { names, indices, numLatents } = codes;
  await writeNpz(path, {
    indices: { shape: [names.length, numLatents], values: indices },
    names: { shape: [names.length], values: names },
  });
}

/**
 * Reads what {@link writeCodes} wrote; int64 indices are taken too.
 *
 * @throws DataError when the arrays are missing or do not fit each other.
 */
export async function readCodes(path: string): Promise<Codes> {
  const arrays = await readNpz(path, ['indices', 'names']);
  const { shape, values } = arrays.indices;
  const names = arrays.names.values;
  const indices = values instanceof BigInt64Array ? narrow(values) : values;
  const areTexts = Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (!(indices instanceof Int32Array) || shape.length !== 2 || !areTexts || names.length !== shape[0]) {
    throw new DataError(
      `readCodes: ${path} must hold int32 indices [N, L] and N names. Write it with restok encode.`,
    );
  }
  return { names, indices, numLatents: shape[1]! };
}

/** The same values as int32, or undefined where one does not fit. */
function narrow(values: BigInt64Array): Int32Array | undefined {
  const fits = values.every((value) => value === BigInt.asIntN(32, value));
  return fits ? Int32Array.from(values, Number) : undefined;
}
