import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, Random, ShapeError } from '@restok/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openImageFolder } from './image-folder';
import { writePng } from './write-png';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Two pixels side by side, so a flip shows. */
function write(path: string, left: number, right: number): Promise<void> {
  const row = [left, left, left, right, right, right];
  return writePng(join(folder, path), { width: 2, height: 2, pixels: Uint8Array.from([...row, ...row]) });
}

describe('openImageFolder', () => {
  it('takes the folder right below as the class and sorts by name', async () => {
    await write('dog/x.PNG', 0, 0);
    await write('cat/deep/er.png', 255, 255);
    await write('cat/a.png', 51, 51);
    await writeFile(join(folder, 'cat', 'notes.txt'), 'no picture');
    await mkdir(join(folder, 'dog', 'folder.png'));
    const dataset = await openImageFolder(folder, { size: 2 });
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect([0, 1, 2].map((i) => [dataset.name(i), dataset.label(i)])).toEqual([
      [join('cat', 'a.png'), 0],
      [join('cat', 'deep', 'er.png'), 0],
      [join('dog', 'x.PNG'), 1],
    ]);
    expect(dataset.count).toBe(3);
    const pixels = await dataset.read([2, 0]);
    const fifth = Math.fround(51 / 255);
    expect([...pixels]).toEqual([...Array<number>(12).fill(0), ...Array<number>(12).fill(fifth)]);
  });

  it('is one class when there are no folders', async () => {
    await write('a.png', 0, 0);
    expect((await openImageFolder(folder, { size: 1 })).classNames).toEqual(['.']);
  });

  it('gives a picture as it is stored, whatever the size of the set', async () => {
    await write('a.png', 10, 20);
    const dataset = await openImageFolder(folder, { size: 1 });
    const pixels = Uint8Array.of(10, 10, 10, 20, 20, 20, 10, 10, 10, 20, 20, 20);
    expect(await dataset.picture(0)).toEqual({ width: 2, height: 2, pixels });
    await expect(dataset.picture(1)).rejects.toThrow(ShapeError);
  });

  it('flips only when it draws and may', async () => {
    await write('a.png', 0, 255);
    const flipping = await openImageFolder(folder, { size: 2, randomFlip: true });
    const fixed = await openImageFolder(folder, { size: 2 });
    const indices = Array.from({ length: 32 }, () => 0);
    const flips = (pixels: Float32Array): number => indices.filter((_, i) => pixels[i * 12] === 1).length;
    expect(flips(await flipping.read(indices))).toBe(0);
    expect(flips(await fixed.read(indices, { random: new Random(1) }))).toBe(0);
    const drawn = flips(await flipping.read(indices, { random: new Random(1) }));
    expect(drawn).toBeGreaterThan(0);
    expect(drawn).toBeLessThan(32);
  });

  it('names a broken picture when it is read', async () => {
    await write('a.png', 0, 0);
    await writeFile(join(folder, 'broken.png'), 'not a picture');
    const dataset = await openImageFolder(folder, { size: 2 });
    await expect(dataset.read([0, 1])).rejects.toThrow(/broken\.png/);
    await expect(dataset.read([0, 1])).rejects.toThrow(DataError);
  });

  it('refuses indices that it does not have, and sizes that are none', async () => {
    await write('a.png', 0, 0);
    const dataset = await openImageFolder(folder, { size: 2 });
    await expect(dataset.read([0, 1])).rejects.toThrow('openImageFolder: index must be in 0 ... 0, got 1.');
    expect(() => dataset.label(-1)).toThrow(ShapeError);
    expect(() => dataset.name(0.5)).toThrow(ShapeError);
    await expect(openImageFolder(folder, { size: 0 })).rejects.toThrow(ShapeError);
  });

  it('throws DataError for an empty and for a missing folder', async () => {
    await expect(openImageFolder(folder, { size: 2 })).rejects.toThrow(/holds no PNG, JPEG or WebP/);
    await expect(openImageFolder(join(folder, 'none'), { size: 2 })).rejects.toThrow(DataError);
  });
});
