import { DataError, ShapeError } from '@restok/core/errors';

/** Types of arrays that are read and written. */
export type NpyValues =
  Int32Array | Float32Array | Float64Array | Uint8Array | BigInt64Array | readonly string[];

/** A NumPy array in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: NpyValues;
}

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
const LARGEST_CODE_POINT = 0x10ffff;

/**
 * Encodes an array as .npy, version 1.0.
 *
 * Texts become a fixed-width unicode array.
 *
 * @throws ShapeError when the values do not fill the shape.
 * @source The NPY format, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function encodeNpy(array: NpyArray): Uint8Array {
  const size = array.shape.reduce((product, side) => product * side, 1);
  if (!array.shape.every((side) => Number.isSafeInteger(side) && side >= 0) || size !== array.values.length) {
    throw new ShapeError(
      `encodeNpy: values must fill [${array.shape.join(', ')}], got ${array.values.length} of them. Check the shape.`,
      { shape: array.shape, values: array.values.length },
    );
  }
  const { descriptor, bytes } = encodeValues(array.values);
  const header = npyHeader(descriptor, array.shape);
  const file = new Uint8Array(header.length + bytes.length);
  file.set(header);
  file.set(bytes, header.length);
  return file;
}

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

/**
 * Decodes a .npy file, whatever the order of its header's entries.
 *
 * @param name what errors call the file.
 * @throws DataError when it is cut off or goes on after its values, of a type not listed here, or in Fortran order.
 */
export function decodeNpy(file: Uint8Array, name: string): NpyArray {
  const header = readNpyHeader(file, name);
  checkNpySize(header, file.length, name);
  // A copy: typed arrays need aligned bytes, and `slice` of a Node Buffer would share them.
  const data = new Uint8Array(file.subarray(header.start));
  return { shape: header.shape, values: decodeValues(header, data, name) };
}

/** @throws DataError when a .npy file of so many bytes does not end with its values. */
export function checkNpySize({ size, valueBytes, start }: NpyHeader, bytes: number, name: string): void {
  if (bytes - start !== size * valueBytes) {
    throw invalid(name, `it holds ${bytes - start} bytes instead of ${size * valueBytes}`);
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
    throw invalid(name, 'it is not a .npy file');
  }
  const isFirstVersion = file[MAGIC.length] === 1;
  const start = MAGIC.length + (isFirstVersion ? 4 : 6);
  const length = isFirstVersion
    ? view.getUint16(MAGIC.length + 2, true)
    : view.getUint32(MAGIC.length + 2, true);
  if (length > MAX_HEADER_BYTES || start + length > file.length) {
    throw invalid(name, 'its header is cut off');
  }
  const header = new TextDecoder().decode(file.subarray(start, start + length));
  const descriptor = /'descr': *'([^']+)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const sides = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (descriptor === undefined || sides === undefined || order !== 'False') {
    throw invalid(name, 'its header is not that of a plain array in C order');
  }
  const shape = sides
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const size = shape.reduce((product, side) => product * side, 1);
  if (!Number.isSafeInteger(size) || !shape.every(Number.isSafeInteger)) {
    throw invalid(name, `its shape (${sides.slice(0, 40)}) is too large`);
  }
  const valueBytes = BYTES_BY_DESCRIPTOR.get(descriptor) ?? textWidth(descriptor) * 4;
  if (valueBytes === 0) {
    throw invalid(name, `values of type ${descriptor} are not supported`);
  }
  return { descriptor, shape, size, valueBytes, start: start + length };
}

/** Characters of a text of this type, 0 for types that are none. */
function textWidth(descriptor: string): number {
  return Number(/^<U(\d+)$/.exec(descriptor)?.[1] ?? 0);
}

function encodeValues(values: NpyValues): { descriptor: string; bytes: Uint8Array } {
  if (ArrayBuffer.isView(values)) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const descriptor =
      values instanceof Int32Array
        ? '<i4'
        : values instanceof Float32Array
          ? '<f4'
          : values instanceof Float64Array
            ? '<f8'
            : values instanceof Uint8Array
              ? '|u1'
              : '<i8';
    return { descriptor, bytes };
  }
  const points = values.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const width = points.reduce((longest, text) => Math.max(longest, text.length), 1);
  const codes = new Uint32Array(points.length * width);
  points.forEach((text, i) => codes.set(text, i * width));
  return { descriptor: `<U${width}`, bytes: new Uint8Array(codes.buffer) };
}

function decodeValues({ descriptor, size }: NpyHeader, { buffer }: Uint8Array, name: string): NpyValues {
  switch (descriptor) {
    case '<i4':
      return new Int32Array(buffer, 0, size);
    case '<f4':
      return new Float32Array(buffer, 0, size);
    case '<f8':
      return new Float64Array(buffer, 0, size);
    case '|u1':
      return new Uint8Array(buffer, 0, size);
    case '<i8':
      return new BigInt64Array(buffer, 0, size);
    default: {
      const width = textWidth(descriptor);
      const codes = new Uint32Array(buffer, 0, size * width);
      if (codes.some((code) => code > LARGEST_CODE_POINT)) {
        throw invalid(name, 'its texts are not unicode');
      }
      return decodeTexts(codes, width);
    }
  }
}

/** Zeros after a text fill it up to the width. */
function decodeTexts(codes: Uint32Array, width: number): string[] {
  return Array.from({ length: codes.length / width }, (_, i) => {
    const text = codes.subarray(i * width, (i + 1) * width);
    const length = text.findLastIndex((code) => code !== 0) + 1;
    return Array.from(text.subarray(0, length), (code) => String.fromCodePoint(code)).join('');
  });
}

function invalid(name: string, problem: string): DataError {
  return new DataError(
    `decodeNpy: ${name} cannot be read: ${problem}. Write it with numpy.save or numpy.savez.`,
  );
}
