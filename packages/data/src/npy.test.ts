import { DataError, ShapeError } from '@restok/core/errors';
import { describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy } from './npy';

/** A version 1.0 file with any header text, unpadded. */
function npy(header: string, data: ArrayLike<number> = [], version = 1): Uint8Array {
  const text = Array.from(header, (character) => character.charCodeAt(0));
  const length = [text.length & 255, text.length >> 8, ...(version === 1 ? [] : [0, 0])];
  return Uint8Array.from([0x93, 78, 85, 77, 80, 89, version, 0, ...length, ...text, ...Array.from(data)]);
}

function header(descriptor: string, shape: string, order = 'False'): string {
  return `{'descr': '${descriptor}', 'fortran_order': ${order}, 'shape': (${shape}), }\n`;
}

describe('encodeNpy', () => {
  it('writes the bytes that NumPy writes', () => {
    // numpy.save of numpy.array([1, -2], dtype='<i4'): 128 bytes of magic and header, then the data.
    const file = encodeNpy({ shape: [2], values: Int32Array.of(1, -2) });
    expect([...file.subarray(0, 10)]).toEqual([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]);
    const text = "{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }";
    expect(new TextDecoder('latin1').decode(file.subarray(10, 128))).toBe(`${text.padEnd(117)}\n`);
    expect([...file.subarray(128)]).toEqual([1, 0, 0, 0, 254, 255, 255, 255]);
  });

  it('starts the data at a multiple of 64 for every shape', () => {
    for (const shape of [[], [1], [1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]) {
      expect((encodeNpy({ shape, values: Uint8Array.of(7) }).length - 1) % 64).toBe(0);
    }
  });

  it.each([
    ['too few values', [3]],
    ['too many', [1]],
    ['a negative side', [-2, -1]],
    ['half a side', [0.5, 4]],
  ])('refuses a shape with %s', (_, shape) => {
    const encode = (): unknown => encodeNpy({ shape, values: Int32Array.of(1, 2) });
    expect(encode).toThrow(ShapeError);
    expect(encode).toThrow(
      `encodeNpy: values must fill [${shape.join(', ')}], got 2 of them. Check the shape.`,
    );
  });

  it('writes texts as numbers of characters, filled up with zeros', () => {
    const file = encodeNpy({ shape: [2], values: ['a😀', 'b'] });
    expect(new TextDecoder('latin1').decode(file.subarray(10, 70))).toContain("'descr': '<U2'");
    expect([...new Uint32Array(file.slice(128).buffer)]).toEqual([0x61, 0x1f600, 0x62, 0]);
  });
});

describe('decodeNpy', () => {
  it.each([
    ['int32', [2, 2], Int32Array.of(1, -2, 2 ** 31 - 1, -(2 ** 31))],
    ['float32', [3], Float32Array.of(0.5, -Infinity, 1e-30)],
    ['float64', [2, 1], Float64Array.of(1 / 3, 1e-300)],
    ['uint8', [1, 3], Uint8Array.of(0, 128, 255)],
    ['int64', [2], BigInt64Array.of(-1n, 2n ** 62n)],
    ['texts', [3], ['a', '', 'ünïcode 😀']],
    ['a scalar', [], Int32Array.of(5)],
    ['nothing', [0, 4], new Int32Array(0)],
  ] as const)('gives back what encodeNpy was given: %s', (_, shape, values) => {
    expect(decodeNpy(encodeNpy({ shape, values }), 'x')).toEqual({ shape, values });
  });

  it('reads from the middle of a Node buffer', () => {
    const file = encodeNpy({ shape: [2], values: Int32Array.of(3, 4) });
    const buffer = Buffer.concat([Buffer.from([1, 2, 3]), file]).subarray(3);
    expect(decodeNpy(buffer, 'x').values).toEqual(Int32Array.of(3, 4));
  });

  it('reads the entries of a header in any order', () => {
    const text = "{'shape':(1,2),'fortran_order':False,'descr':'<i4'}";
    const { shape, values } = decodeNpy(npy(text, [7, 0, 0, 0, 8, 0, 0, 0]), 'x');
    expect({ shape, values }).toEqual({ shape: [1, 2], values: Int32Array.of(7, 8) });
  });

  it('keeps a zero inside a text', () => {
    const codes = Uint32Array.of(0x61, 0, 0x62, 0);
    expect(decodeNpy(npy(header('<U4', '1,'), new Uint8Array(codes.buffer)), 'x').values).toEqual(['a\0b']);
  });

  it('reads version 2.0 with its longer header length', () => {
    expect(decodeNpy(npy(header('|u1', '2,'), [8, 9], 2), 'x').values).toEqual(Uint8Array.of(8, 9));
  });

  it.each([
    ['a wrong type', npy(header('<f2', '1,'), new Uint8Array(2)), /type <f2 are not supported/],
    ['a big-endian type', npy(header('>i4', '1,'), new Uint8Array(4)), /type >i4 are not supported/],
    ['a pickled type', npy(header('|O', '1,'), new Uint8Array(8)), /not supported/],
    ['a type named like a member of objects', npy(header('constructor', '1,')), /not supported/],
    ['Fortran order', npy(header('<i4', '1,', 'True'), new Uint8Array(4)), /C order/],
    ['a header that is no header', npy('hello'), /C order/],
    ['data that is cut off', npy(header('<i4', '2,'), new Uint8Array(7)), /7 bytes instead of 8/],
    ['data after the values', npy(header('<i4', '1,'), new Uint8Array(5)), /5 bytes instead of 4/],
    ['a shape of words', npy(header('<i4', '1 2,'), new Uint8Array(4)), /too large/],
    ['a negative side', npy(header('<i4', '-1,'), new Uint8Array(4)), /C order/],
    [
      'fields of several types',
      npy("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,)}"),
      /C order/,
    ],
    ['a version of the future', npy(header('<i4', '1,'), new Uint8Array(4), 4), /not a \.npy file/],
    ['a huge shape', npy(header('|u1', '4294967296, 1048576'), [1]), /1 bytes instead of/],
    ['a shape past whole numbers', npy(header('|u1', '4294967296, 4294967296')), /too large/],
    ['a shape of infinity times zero', npy(header('|u1', `0, ${'9'.repeat(400)}`)), /too large/],
    ['texts of a huge width', npy(header('<U4294967295', '1,'), [1]), /1 bytes instead of/],
    ['texts that are not unicode', npy(header('<U1', '1,'), [0, 0, 255, 0]), /not unicode/],
    ['a header that is cut off', npy(header('<i4', '1,')).subarray(0, 20), /header is cut off/],
    ['a text file', new TextEncoder().encode('hello hello hello'), /not a \.npy file/],
    ['no bytes', new Uint8Array(0), /not a \.npy file/],
  ])('refuses %s and names the file', (_, file, problem) => {
    const decode = (): unknown => decodeNpy(file, 'some.npy');
    expect(decode).toThrow(DataError);
    expect(decode).toThrow(problem);
    expect(decode).toThrow(/some\.npy/);
  });
});
