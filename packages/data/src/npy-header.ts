import { DataError } from '@restok/core/errors';

const MAGIC = '\x93NUMPY';
/** Headers are padded so that the data starts at a multiple of this. */
const ALIGNMENT = 64;
/** They differ in the length field's size and the text's encoding. */
const VERSIONS = [1, 2, 3];
/** Larger headers are refused. */
const MAX_HEADER_BYTES = 2 ** 16;
const BYTES_BY_DESCRIPTOR: ReadonlyMap<string, number> = new Map([
  ['<i4', 4],
  ['<f4', 4],
  ['<f8', 8],
  ['|u1', 1],
  ['<i8', 8],
]);

/** The bytes of a .npy file before its values; `descriptor` is NumPy's name of their type. */
export function npyHeader(descriptor: string, sides: readonly number[]): Uint8Array {
  const shape = sides.length === 1 ? `${sides[0]},` : sides.join(', ');
  const fields = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${shape}), }`;
  const prefix = MAGIC.length + 4;
  const padded = Math.ceil((prefix + fields.length + 1) / ALIGNMENT) * ALIGNMENT - prefix;
  const file = new Uint8Array(prefix + padded);
  for (const [i, character] of [...`${MAGIC}\x01\x00`].entries()) {
    file[i] = character.charCodeAt(0);
  }
  new DataView(file.buffer).setUint16(MAGIC.length + 2, padded, true);
  file.set(new TextEncoder().encode(`${fields.padEnd(padded - 1)}\n`), prefix);
  return file;
}

/** What the header of a .npy file says. */
export interface NpyHeader {
  /** NumPy's name of the type. */
  readonly descriptor: string;
  readonly shape: readonly number[];
  /** Number of values, and bytes of each. */
  readonly size: number;
  readonly valueBytes: number;
  /** Where the values begin. */
  readonly start: number;
}

/** Bytes of which {@link readNpyHeader} needs no more. */
export const MAX_NPY_PREFIX = MAGIC.length + 6 + MAX_HEADER_BYTES;

/** @throws DataError when a .npy file of so many bytes does not end with its values. */
export function checkNpySize({ size, valueBytes, start }: NpyHeader, bytes: number, name: string): void {
  if (bytes - start !== size * valueBytes) {
    throw invalidNpy(name, `it holds ${bytes - start} bytes instead of ${size * valueBytes}`);
  }
}

/**
 * Reads the header of a .npy file from its beginning.
 *
 * @param name what errors call the file.
 * @throws DataError when it is cut off, or not that of a plain array in C order of a type listed here.
 */
export function readNpyHeader(file: Uint8Array, name: string): NpyHeader {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const isNpy = file.length >= 12 && [...MAGIC].every((character, i) => file[i] === character.charCodeAt(0));
  if (!isNpy || !VERSIONS.includes(file[MAGIC.length]!)) {
    throw invalidNpy(name, 'it is not a .npy file');
  }
  const isFirstVersion = file[MAGIC.length] === 1;
  const start = MAGIC.length + (isFirstVersion ? 4 : 6);
  const length = isFirstVersion
    ? view.getUint16(MAGIC.length + 2, true)
    : view.getUint32(MAGIC.length + 2, true);
  if (length > MAX_HEADER_BYTES || start + length > file.length) {
    throw invalidNpy(name, 'its header is cut off');
  }
  const header = new TextDecoder().decode(file.subarray(start, start + length));
  const descriptor = /'descr': *'([^']+)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const sides = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (descriptor === undefined || sides === undefined || order !== 'False') {
    throw invalidNpy(name, 'its header is not that of a plain array in C order');
  }
  const shape = sides
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const size = shape.reduce((product, side) => product * side, 1);
  if (!Number.isSafeInteger(size) || !shape.every(Number.isSafeInteger)) {
    throw invalidNpy(name, `its shape (${sides.slice(0, 40)}) is too large`);
  }
  const valueBytes = BYTES_BY_DESCRIPTOR.get(descriptor) ?? textWidth(descriptor) * 4;
  if (valueBytes === 0) {
    throw invalidNpy(name, `values of type ${descriptor} are not supported`);
  }
  return { descriptor, shape, size, valueBytes, start: start + length };
}

/** Characters of a text of this type, 0 for types that are none. */
export function textWidth(descriptor: string): number {
  return Number(/^<U(\d+)$/.exec(descriptor)?.[1] ?? 0);
}

/** The error of a file that is no such array. */
export function invalidNpy(name: string, problem: string): DataError {
  return new DataError(
    `decodeNpy: ${name} cannot be read: ${problem}. Write it with numpy.save or numpy.savez.`,
  );
}
