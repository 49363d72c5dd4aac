import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCodes, writeCodes } from './codes';
import { writeNpz } from './write-npz';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-codes-'));
});
afterAll(() => rm(folder, { recursive: true }));

const twos = { shape: [1], values: Int32Array.of(2) };

describe('readCodes', () => {
  it('gives back what writeCodes was given', async () => {
    const codes = { names: ['a.png', 'é/b.png'], indices: Int32Array.of(1, 2, 3, 4, 5, 6), numLatents: 3 };
    await writeCodes(join(folder, 'codes.npz'), codes);
    expect(await readCodes(join(folder, 'codes.npz'))).toEqual(codes);
  });

  it('takes int64 indices, but none that int32 cannot hold', async () => {
    const path = join(folder, 'wide.npz');
    const names = { shape: [1], values: ['a'] };
    await writeNpz(path, { indices: { shape: [1, 2], values: BigInt64Array.of(4n, 5n) }, names });
    expect((await readCodes(path)).indices).toEqual(Int32Array.of(4, 5));
    await writeNpz(path, { indices: { shape: [1, 2], values: BigInt64Array.of(4n, 2n ** 32n) }, names });
    await expect(readCodes(path)).rejects.toThrow(DataError);
  });

  it('refuses indices of another type or shape, and names that do not fit', async () => {
    const path = join(folder, 'wrong.npz');
    const good = { shape: [1, 2], values: Int32Array.of(1, 2) };
    const names = { shape: [1], values: ['a'] };
    for (const arrays of [
      { indices: { shape: [1, 2], values: Float32Array.of(1, 2) }, names },
      { indices: { shape: [2], values: Int32Array.of(1, 2) }, names },
      { indices: good, names: { shape: [2], values: ['a', 'b'] } },
      { indices: good, names: twos },
    ]) {
      await writeNpz(path, arrays);
      await expect(readCodes(path)).rejects.toThrow(/must hold int32 indices \[N, L\] and N names/);
    }
  });
});
