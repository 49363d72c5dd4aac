import { ShapeError } from '@restok/core/errors';
import type { NpyHeader } from './npy-header';
import { checkNpySize, invalidNpy, npyHeader, readNpyHeader, textWidth } from './npy-header';

/** Types of arrays that are read and written. */
export type NpyValues =
  Int32Array | Float32Array | Float64Array | Uint8Array | BigInt64Array | readonly string[];

/** A NumPy array in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: NpyValues;
}

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
        throw invalidNpy(name, 'its texts are not unicode');
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
