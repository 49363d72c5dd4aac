import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CodeManifest } from './code-manifest';
import { beginCodeFolder, picturesDigest, readCodeManifest } from './code-manifest';
import type { PictureDataset } from './dataset';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-code-manifest-'));
});
afterEach(() => rm(folder, { recursive: true }));

const manifest: CodeManifest = {
  format: 'restok-codes-1',
  data: 'emoji',
  size: 64,
  count: 2,
  numLatents: 4,
  codebookSize: 16,
  crops: 'centreAndFlip',
  classNames: ['cat', 'dog'],
  pictures: 'a',
  tokenizer: 'b',
};

describe('beginCodeFolder', () => {
  it('makes the folder and goes on in one of the same codes', async () => {
    const inside = join(folder, 'deep', 'train');
    await beginCodeFolder(inside, manifest);
    expect(await readCodeManifest(inside)).toEqual(manifest);
    await beginCodeFolder(inside, { ...manifest, classNames: ['cat', 'dog'] });
    expect(await readCodeManifest(inside)).toEqual(manifest);
  });

  it('throws DataError that says what differs, and keeps what is there', async () => {
    await beginCodeFolder(folder, manifest);
    const other = beginCodeFolder(folder, { ...manifest, crops: 'tenCrop', classNames: ['dog', 'cat'] });
    await expect(other).rejects.toThrow(DataError);
    await expect(other).rejects.toThrow('(crops, classNames of its codes.json differ)');
    expect(await readCodeManifest(folder)).toEqual(manifest);
  });
});

describe('readCodeManifest', () => {
  it('gives undefined where there is none', async () => {
    expect(await readCodeManifest(folder)).toBeUndefined();
  });

  it.each([
    ['no JSON', '{'],
    ['another format', JSON.stringify({ ...manifest, format: 'restok-codes-2' })],
    ['unknown crops', JSON.stringify({ ...manifest, crops: 'five' })],
    ['a name with a folder in it', JSON.stringify({ ...manifest, data: '../up' })],
  ])('throws DataError for %s', async (_, text) => {
    await writeFile(join(folder, 'codes.json'), text);
    await expect(readCodeManifest(folder)).rejects.toThrow(/codes\.json does not describe codes/);
  });
});

/** A data set of which only names and labels are looked at. */
function named(...pictures: [name: string, label: number][]): PictureDataset {
  return {
    size: 1,
    count: pictures.length,
    classNames: ['a', 'b'],
    name: (i) => pictures[i]![0],
    label: (i) => pictures[i]![1],
    read: () => Promise.reject(new Error('not needed')),
  };
}

describe('picturesDigest', () => {
  it('changes with names, labels and their order, and with nothing else', () => {
    const digest = picturesDigest(named(['x', 0], ['y', 1]));
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(picturesDigest({ ...named(['x', 0], ['y', 1]), size: 2 })).toBe(digest);
    const others = [named(['x', 0]), named(['x', 1], ['y', 1]), named(['y', 1], ['x', 0])];
    expect(others.map(picturesDigest)).not.toContain(digest);
  });
});
