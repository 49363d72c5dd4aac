import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import { Random } from '@restok/core/random';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onePixelPng, writeShard } from '../../test/shard-files';
import type { PlacedPictures } from '../dataset';
import { openImageFolder } from '../image-folder';
import type { PictureCrop } from '../picture-crop';
import { openShards } from '../shards/open-shards';
import { writePng } from '../write-png';
import { PictureLoader } from './picture-loader';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-loader-'));
});
afterEach(() => rm(folder, { recursive: true }));

const plain: PictureCrop = { method: 'centre', size: 1, shorterEdge: 1, flip: false };

function loaderOf(pictures: PlacedPictures, crop = plain): PictureLoader {
  return new PictureLoader(pictures, { crop, threads: 0 });
}

/** Shards of pictures of one pixel whose red value is 10 times their index; some are damaged. */
async function shardsWith(numPictures: number, damaged: readonly number[]): Promise<PlacedPictures> {
  const files = Array.from({ length: numPictures }, (_, i) => [
    [`p${i}.png`, damaged.includes(i) ? 'damaged' : onePixelPng(10 * i)] as const,
    [`p${i}.cls`, String(i)] as const,
  ]);
  await writeShard(join(folder, 'a.tar'), files.flat());
  return openShards(join(folder, 'a.tar'), { size: 1 });
}

/** The pictures that a batch shows. */
function shown(values: Float32Array): number[] {
  return [...values].filter((_, i) => i % 3 === 0).map((red) => Math.round(red * 25.5));
}

describe('PictureLoader', () => {
  it('gives pictures in the order that is asked for', async () => {
    const loader = loaderOf(await shardsWith(5, []));
    expect(loader).toMatchObject({ size: 1, count: 5, classNames: ['0', '1', '2', '3', '4'] });
    expect(shown(await loader.read([3, 0, 4, 3]))).toEqual([3, 0, 4, 3]);
    expect(loader.passedOver).toEqual({ count: 0, names: [] });
  });

  it('puts the next whole picture, with its label and name, in the place of damaged ones', async () => {
    const pictures = await shardsWith(6, [2, 3, 5]);
    const loader = loaderOf(pictures);
    expect(shown(await loader.read([2, 1, 5]))).toEqual([4, 1, 0]);
    expect([2, 1, 5].map((index) => loader.label(index))).toEqual([4, 1, 0]);
    expect(loader.name(2)).toBe(pictures.name(4));
  });

  it('counts each damaged picture once and names the first', async () => {
    const loader = loaderOf(await shardsWith(8, [0, 1, 2, 3, 4, 5]));
    await loader.read([5]);
    expect(loader.passedOver).toMatchObject({ count: 1 });
    await loader.read([5, 0]);
    expect(loader.passedOver.count).toBe(6);
    expect(loader.passedOver.names).toHaveLength(5);
    expect(loader.passedOver.names[0]).toContain('a.tar: p5 is not a PNG, JPEG or WebP picture');
  });

  it('throws DataError when no picture can be read', async () => {
    const loader = loaderOf(await shardsWith(3, [0, 1, 2]));
    const read = loader.read([1]);
    await expect(read).rejects.toThrow(DataError);
    await expect(read).rejects.toThrow('of 3 pictures in a row none can be read, the first: readPicture: ');
  });

  it('passes over an empty file of a folder', async () => {
    await writePng(join(folder, 'b.png'), { width: 1, height: 1, pixels: Uint8Array.of(20, 0, 0) });
    await writeFile(join(folder, 'a.png'), '');
    const loader = loaderOf(await openImageFolder(folder, { size: 1 }));
    expect(shown(await loader.read([0]))).toEqual([2]);
    expect(loader.passedOver.names[0]).toContain('a.png');
  });

  it('draws for each picture by itself, so that a damaged one moves no other', async () => {
    const pixels = Uint8Array.from({ length: 20 * 16 * 3 }, (_, i) => (i * i) % 256);
    for (const name of ['a', 'b', 'c']) {
      await writePng(join(folder, `${name}.png`), { width: 20, height: 16, pixels });
    }
    const crop: PictureCrop = { method: 'randomResizedCrop', size: 8, shorterEdge: 8, flip: true };
    const read = async (): Promise<string[]> => {
      const loader = loaderOf(await openImageFolder(folder, { size: 8 }), crop);
      const values = await loader.read([0, 1, 2], { random: new Random(4) });
      return [0, 1, 2].map((i) => values.subarray(i * 192, (i + 1) * 192).join());
    };
    const whole = await read();
    expect(new Set(whole).size).toBe(3);
    await writeFile(join(folder, 'a.png'), 'damaged');
    expect(await read()).toEqual(whole);
  });

  it('gives what was prepared, and reads it once', async () => {
    const pictures = await shardsWith(4, []);
    let places = 0;
    const counted = {
      ...pictures,
      place: (index: number) => {
        places += 1;
        return pictures.place(index);
      },
    };
    const loader = loaderOf(counted);
    loader.prepare([1, 2], { random: new Random(1) });
    loader.prepare([1, 2], { random: new Random(1) });
    expect(places).toBe(2);
    expect(shown(await loader.read([1, 2], { random: new Random(1) }))).toEqual([1, 2]);
    expect(places).toBe(2);
    await loader.read([1, 2], { random: new Random(2) });
    expect(places).toBe(4);
  });

  it('tells of a failure while preparing when the batch is read', async () => {
    const loader = loaderOf(await shardsWith(1, [0]));
    loader.prepare([0]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(loader.read([0])).rejects.toThrow('none can be read');
  });
});
