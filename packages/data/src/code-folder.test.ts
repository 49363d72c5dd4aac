import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, Random, ShapeError } from '@restok/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeCodeFile, writeLabelFile } from './code-file';
import { codePaths, hasPictureCodes, openCodeFolder } from './code-folder';
import type { CodeManifest } from './code-manifest';
import { beginCodeFolder } from './code-manifest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-code-folder-'));
  await beginCodeFolder(folder, manifest);
});
afterEach(() => rm(folder, { recursive: true }));

const manifest: CodeManifest = {
  format: 'restok-codes-1',
  data: 'emoji',
  size: 64,
  count: 2,
  numLatents: 3,
  codebookSize: 16,
  crops: 'centreAndFlip',
  classNames: ['cat', 'dog'],
  pictures: 'a',
  tokenizer: 'b',
};
const pathsOf = (index: number) => codePaths(folder, manifest, index);
const first = { indices: Int32Array.of(1, 2, 3, 4, 5, 6), label: 1 };
const second = { indices: Int32Array.of(7, 8, 9, 10, 11, 12), label: 0 };

async function write(index: number, { indices, label }: typeof first): Promise<void> {
  await writeCodeFile(pathsOf(index).codes, { numCrops: 2, numLatents: 3, indices });
  await writeLabelFile(pathsOf(index).label, label);
}

async function writeBoth(): Promise<void> {
  await write(0, first);
  await write(1, second);
}

describe('codePaths', () => {
  it('names the folders of codes and labels for the data and its size', () => {
    expect(codePaths('codes', manifest, 17)).toEqual({
      codes: join('codes', 'emoji64_codes', '17.npy'),
      label: join('codes', 'emoji64_labels', '17.npy'),
    });
  });
});

describe('hasPictureCodes', () => {
  it('is true only when both files are there and whole', async () => {
    expect(await hasPictureCodes(pathsOf(0), manifest)).toBe(false);
    await write(0, first);
    expect(await hasPictureCodes(pathsOf(0), manifest)).toBe(true);
    const file = await readFile(pathsOf(0).codes);
    await writeFile(pathsOf(0).codes, file.subarray(0, -1));
    expect(await hasPictureCodes(pathsOf(0), manifest)).toBe(false);
    await writeFile(pathsOf(0).codes, file);
    await rm(pathsOf(0).label);
    expect(await hasPictureCodes(pathsOf(0), manifest)).toBe(false);
  });

  it('is false for codes that the manifest does not allow', async () => {
    await write(0, first);
    for (const other of [
      { ...manifest, numLatents: 6 },
      { ...manifest, crops: 'centre' as const },
      { ...manifest, codebookSize: 6 },
      { ...manifest, classNames: ['cat'] },
    ]) {
      expect(await hasPictureCodes(pathsOf(0), other)).toBe(false);
    }
  });
});

describe('openCodeFolder', () => {
  it('reads the plain crop and the label of pictures in any order', async () => {
    await writeBoth();
    const codes = await openCodeFolder(folder);
    expect(codes).toMatchObject({ count: 2, numLatents: 3, codebookSize: 16, classNames: ['cat', 'dog'] });
    expect(await codes.read([1, 0, 1])).toEqual({
      indices: Int32Array.of(7, 8, 9, 1, 2, 3, 7, 8, 9),
      labels: Int32Array.of(0, 1, 0),
    });
  });

  it('draws one crop of each picture', async () => {
    await writeBoth();
    const codes = await openCodeFolder(folder);
    const { indices } = await codes.read(Array<number>(64).fill(0), { random: new Random(1) });
    const rows = Array.from({ length: 64 }, (_, i) => indices.slice(i * 3, i * 3 + 3).join());
    const plain = rows.filter((row) => row === '1,2,3').length;
    expect(rows.filter((row) => row === '4,5,6')).toHaveLength(64 - plain);
    // 32 of 64 are expected, with a standard deviation of 4.
    expect(Math.abs(plain - 32)).toBeLessThanOrEqual(16);
  });

  it('throws DataError when codes are missing, as where a shard has not run', async () => {
    await write(0, first);
    const open = openCodeFolder(folder);
    await expect(open).rejects.toThrow(DataError);
    await expect(open).rejects.toThrow('lacks the codes of 1 of 2 pictures, the first is 1.');
  });

  it('throws DataError for a folder without codes', async () => {
    await expect(openCodeFolder(join(folder, 'none'))).rejects.toThrow(/holds no codes\.json/);
  });

  it('names a damaged file when it is read', async () => {
    await writeBoth();
    await writeFile(pathsOf(1).codes, 'no array');
    const codes = await openCodeFolder(folder);
    await expect(codes.read([0, 1])).rejects.toThrow(/emoji64_codes.1\.npy/);
  });

  it('throws ShapeError for a picture that it does not have', async () => {
    await writeBoth();
    await expect((await openCodeFolder(folder)).read([2])).rejects.toThrow(ShapeError);
  });
});
