import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError, Random, ShapeError } from '@restok/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onePixelPng, writeShard } from '../../test/shard-files';
import { openShards } from './open-shards';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-shards-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Red values of pictures of one pixel. */
function reds(values: Float32Array): number[] {
  return [...values].filter((_, i) => i % 3 === 0).map((value) => Math.round(value * 255));
}

describe('openShards', () => {
  it('is one data set of all pictures, in the order of the shards', async () => {
    await writeShard(join(folder, 's-0.tar'), [
      ['a.png', onePixelPng(10)],
      ['a.cls', '1'],
      ['b.cls', '0'],
      ['b.png', onePixelPng(20)],
    ]);
    await writeShard(join(folder, 's-1.tar'), [
      ['a.png', onePixelPng(30)],
      ['a.cls', '2'],
    ]);
    const told: string[] = [];
    const onShard = (done: number, total: number): number => told.push(`${done}/${total}`);
    const dataset = await openShards(join(folder, 's-{0..1}.tar'), { size: 1, onShard });
    expect(told).toEqual(['1/2', '2/2']);
    expect(dataset.count).toBe(3);
    expect(dataset.classNames).toEqual(['0', '1', '2']);
    expect([0, 1, 2].map((i) => dataset.label(i))).toEqual([1, 0, 2]);
    expect(dataset.name(2)).toBe(`${join(folder, 's-1.tar')}: a`);
    expect(reds(await dataset.read([2, 0, 1]))).toEqual([30, 10, 20]);
    expect(await dataset.picture(1)).toEqual({ width: 1, height: 1, pixels: Uint8Array.of(20, 0, 0) });
    expect(() => dataset.label(3)).toThrow(ShapeError);
  });

  it('counts samples that are passed over and names the first', async () => {
    const noPictures = Array.from({ length: 7 }, (_, i) => [`x${i}.cls`, '1'] as const);
    await writeShard(join(folder, 'a.tar'), [
      ...noPictures,
      ['good.png', onePixelPng(1)],
      ['good.cls', '1'],
      ['unlabelled.png', onePixelPng(2)],
      ['negative.png', onePixelPng(3)],
      ['negative.cls', '-1'],
    ]);
    const { count, passedOver } = await openShards(join(folder, 'a.tar'), { size: 1 });
    expect(count).toBe(1);
    expect(passedOver.count).toBe(9);
    expect(passedOver.names).toHaveLength(5);
    expect(passedOver.names[0]).toBe(`${join(folder, 'a.tar')}: x0 (no picture)`);
  });

  it('draws crops and flips as a folder of pictures does', async () => {
    await writeShard(join(folder, 'a.tar'), [['a.png', onePixelPng(9)]]);
    const dataset = await openShards(join(folder, 'a.tar'), { size: 2, randomCrop: true, randomFlip: true });
    const read = (seed: number): Promise<Float32Array> => dataset.read([0], { random: new Random(seed) });
    expect(await read(1)).toEqual(await read(1));
    expect(reds(await read(1))).toEqual([9, 9, 9, 9]);
  });

  it('throws DataError when a shard is missing, or there is no picture', async () => {
    await writeShard(join(folder, 's-0.tar'), [['a.cls', '1']]);
    const missing = openShards(join(folder, 's-{0..1}.tar'), { size: 1 });
    await expect(missing).rejects.toThrow(DataError);
    await expect(missing).rejects.toThrow('s-1.tar does not exist');
    await expect(openShards(join(folder, 's-0.tar'), { size: 1 })).rejects.toThrow(
      'must hold pictures (.jpg, .jpeg, .png or .webp), got none',
    );
  });

  it('names a picture that is damaged, or lost since the shard was opened', async () => {
    await writeShard(join(folder, 'a.tar'), [
      ['bad.png', 'no picture'],
      ['good.png', onePixelPng(1)],
    ]);
    const dataset = await openShards(join(folder, 'a.tar'), { size: 1 });
    await expect(dataset.read([0])).rejects.toThrow('a.tar: bad is not a PNG, JPEG or WebP picture');
    await truncate(join(folder, 'a.tar'), 1600);
    await expect(dataset.read([1])).rejects.toThrow('Get the shard again');
  });
});
