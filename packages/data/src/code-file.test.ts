import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, ShapeError } from '@restok/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCodeFile, readLabelFile, writeCodeFile, writeLabelFile } from './code-file';
import { encodeNpy } from './npy';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-code-file-'));
});
afterAll(() => rm(folder, { recursive: true }));
const inFolder = (name: string): string => join(folder, name);

const codes = { numCrops: 2, numLatents: 3, indices: Int32Array.of(0, 1, 2, 4095, 256, 65536) };

describe('writeCodeFile', () => {
  it('writes the bytes of numpy.save of an int64 array [crops, L]', async () => {
    await writeCodeFile(inFolder('bytes/0.npy'), codes);
    const file = await readFile(inFolder('bytes/0.npy'));
    // Magic, version 1.0 and the length of the header: 118, so that the data starts at 128.
    expect([...file.subarray(0, 10)]).toEqual([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]);
    const header = "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }";
    expect(file.toString('latin1', 10, 128)).toBe(`${header.padEnd(117)}\n`);
    expect(file).toHaveLength(128 + 6 * 8);
    expect([...file.subarray(128 + 3 * 8)]).toEqual([
      ...[255, 15, 0, 0, 0, 0, 0, 0],
      ...[0, 1, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 1, 0, 0, 0, 0, 0],
    ]);
    expect(await readdir(inFolder('bytes'))).toEqual(['0.npy']);
  });

  it('throws ShapeError when the indices do not fill the shape, and writes nothing', async () => {
    const write = writeCodeFile(inFolder('none.npy'), { ...codes, numCrops: 3 });
    await expect(write).rejects.toThrow(ShapeError);
    expect(await readdir(folder)).not.toContain('none.npy');
  });
});

describe('readCodeFile', () => {
  it('gives back what was written', async () => {
    await writeCodeFile(inFolder('codes.npy'), codes);
    expect(await readCodeFile(inFolder('codes.npy'))).toEqual(codes);
  });

  it('takes int32 and a leading axis of 1 as well', async () => {
    await writeFile(inFolder('int32.npy'), encodeNpy({ shape: [1, 2, 3], values: codes.indices }));
    expect(await readCodeFile(inFolder('int32.npy'))).toEqual(codes);
  });

  it.each([
    ['texts', encodeNpy({ shape: [1, 1], values: ['a'] })],
    ['fractions', encodeNpy({ shape: [1, 1], values: Float32Array.of(1) })],
    ['negative numbers', encodeNpy({ shape: [1, 1], values: BigInt64Array.of(-1n) })],
    ['numbers beyond int32', encodeNpy({ shape: [1, 1], values: BigInt64Array.of(2n ** 31n) })],
    ['one row without an axis', encodeNpy({ shape: [2], values: Int32Array.of(1, 2) })],
    ['pictures of several', encodeNpy({ shape: [2, 1, 1], values: Int32Array.of(1, 2) })],
    ['nothing', encodeNpy({ shape: [0, 3], values: new Int32Array(0) })],
    ['half an array', encodeNpy({ shape: [2, 3], values: codes.indices }).subarray(0, 140)],
  ])('throws DataError that names a file of %s', async (_, bytes) => {
    await writeFile(inFolder('bad.npy'), bytes);
    const read = readCodeFile(inFolder('bad.npy'));
    await expect(read).rejects.toThrow(DataError);
    await expect(read).rejects.toThrow(/bad\.npy/);
  });

  it('throws DataError for a file that is missing', async () => {
    await expect(readCodeFile(inFolder('gone.npy'))).rejects.toThrow(/gone\.npy does not exist/);
  });
});

describe('readLabelFile', () => {
  it('gives back what writeLabelFile was given, in a file of int64 [1]', async () => {
    await writeLabelFile(inFolder('label.npy'), 26);
    expect(await readLabelFile(inFolder('label.npy'))).toBe(26);
    const header = (await readFile(inFolder('label.npy'))).toString('latin1', 10, 128);
    expect(header).toContain("'descr': '<i8', 'fortran_order': False, 'shape': (1,)");
  });

  it('throws DataError for a file of several labels', async () => {
    await writeCodeFile(inFolder('several.npy'), codes);
    await expect(readLabelFile(inFolder('several.npy'))).rejects.toThrow(/must hold one label, got \[2, 3\]/);
  });
});
