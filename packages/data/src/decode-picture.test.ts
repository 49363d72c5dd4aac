import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PNG_COLOUR, pngBytes } from '../test/png-bytes';
import { decodePicture, readPicture } from './read-picture';
import { writePng } from './write-png';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-decode-'));
});
afterAll(() => rm(folder, { recursive: true }));

const pixelsOf = async (bytes: Uint8Array): Promise<number[]> => [
  ...(await decodePicture(bytes, 'x')).pixels,
];

describe('decodePicture', () => {
  it('looks colours up in a palette, with their transparency on white', async () => {
    const png = pngBytes({
      ...{ width: 3, height: 1, depth: 8, colour: PNG_COLOUR.palette },
      rows: [0, 2, 0, 1],
      chunks: { PLTE: [10, 20, 30, 40, 50, 60, 70, 80, 90], tRNS: [255, 0, 255] },
    });
    expect(await pixelsOf(png)).toEqual([70, 80, 90, 10, 20, 30, 255, 255, 255]);
  });

  it('spreads one bit of grey to black and white', async () => {
    const png = pngBytes({ width: 3, height: 1, depth: 1, colour: PNG_COLOUR.grey, rows: [0, 0b10100000] });
    expect(await pixelsOf(png)).toEqual([255, 255, 255, 0, 0, 0, 255, 255, 255]);
  });

  it('keeps the upper 8 bits of 16 in grey', async () => {
    const png = pngBytes({
      width: 2,
      height: 1,
      depth: 16,
      colour: PNG_COLOUR.grey,
      rows: [0, 0x12, 0xff, 0xff, 0xff],
    });
    expect(await pixelsOf(png)).toEqual([0x12, 0x12, 0x12, 255, 255, 255]);
  });

  it('puts 16 bits with transparency on white', async () => {
    const transparent = [0, 0, 0, 0, 0, 0, 0, 0];
    const opaque = [0xff, 0xff, 0x80, 0x80, 0, 0, 0xff, 0xff];
    const png = pngBytes({
      width: 2,
      height: 1,
      depth: 16,
      colour: PNG_COLOUR.rgba,
      rows: [0, ...transparent, ...opaque],
    });
    expect(await pixelsOf(png)).toEqual([255, 255, 255, 255, 0x80, 0]);
  });

  it.each([
    [1, [1, 2, 3, 4, 5, 6]],
    [2, [3, 2, 1, 6, 5, 4]],
    [3, [6, 5, 4, 3, 2, 1]],
    [4, [4, 5, 6, 1, 2, 3]],
    [5, [1, 4, 2, 5, 3, 6]],
    [6, [4, 1, 5, 2, 6, 3]],
    [7, [6, 3, 5, 2, 4, 1]],
    [8, [3, 6, 2, 5, 1, 4]],
  ])('turns rows of 1, 2, 3 and 4, 5, 6 with the orientation %i upright', async (orientation, expected) => {
    const pixels = Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap((value) => [value, value, value]));
    const stored = sharp(pixels, { raw: { width: 3, height: 2, channels: 3 } }).withMetadata({ orientation });
    const { width, height, pixels: upright } = await decodePicture(await stored.png().toBuffer(), 'x');
    expect([width, height]).toEqual(orientation < 5 ? [3, 2] : [2, 3]);
    expect([...upright].filter((_, i) => i % 3 === 0)).toEqual(expected);
  });

  it('turns a JPEG from a camera upright', async () => {
    // Left half black, right half white, shown after a quarter turn clockwise: black on top.
    const row = Array.from({ length: 16 * 3 }, (_, i) => (i < 24 ? 0 : 255));
    const pixels = Uint8Array.from(Array.from({ length: 8 }, () => row).flat());
    const jpeg = await sharp(pixels, { raw: { width: 16, height: 8, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const { width, height, pixels: upright } = await decodePicture(jpeg, 'x');
    expect([width, height]).toEqual([8, 16]);
    expect(upright[0]).toBeLessThan(10);
    expect(upright.at(-1)).toBeGreaterThan(245);
  });

  it('refuses a header that claims 60000 x 60000, in one line', async () => {
    const bomb = pngBytes({
      width: 60_000,
      height: 60_000,
      depth: 8,
      colour: PNG_COLOUR.rgb,
      rows: [0, 0, 0, 0],
    });
    await expect(decodePicture(bomb, 'bomb.png')).rejects.toThrow(
      new DataError(
        'readPicture: bomb.png is 60000 x 60000, more than 100 megapixels. Make it smaller first.',
        { width: 60_000, height: 60_000 },
      ),
    );
  });

  it.each<[string, (png: Buffer) => unknown]>([
    ['a wrong checksum', (png) => (png[png.indexOf('IDAT') - 20]! ^= 1)],
    ['damaged data', (png) => png.fill(0xaa, png.indexOf('IDAT') + 8, png.indexOf('IDAT') + 40)],
    ['no end', (png) => png.fill(0, png.length - 60)],
  ])('refuses a PNG with %s', async (_what, damage) => {
    const rows = Array.from({ length: 32 * 97 }, (_unused, i) => (i % 97 === 0 ? 0 : (i * i * 31) % 251));
    const png = pngBytes({
      width: 32,
      height: 32,
      depth: 8,
      colour: PNG_COLOUR.rgb,
      rows,
      chunks: { gAMA: [0, 0, 177, 143] },
    });
    expect((await decodePicture(png, 'whole')).width).toBe(32);
    damage(png);
    await expect(decodePicture(png, 'x.png')).rejects.toThrow(
      /^readPicture: x\.png is (damaged|not a)[^\n]*\.$/,
    );
  });

  it('refuses a JPEG and a WebP that are cut off', async () => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31) % 251);
    for (const format of ['jpeg', 'webp'] as const) {
      const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
        .toFormat(format)
        .toBuffer();
      await expect(decodePicture(whole.subarray(0, whole.length / 2), 'cut')).rejects.toThrow(DataError);
    }
  });
});

describe('readPicture', () => {
  it('reads what a file holds now, not what it held before', async () => {
    const path = join(folder, 'again.png');
    const picture = (value: number) => ({ width: 1, height: 1, pixels: Uint8Array.of(value, value, value) });
    for (const value of [1, 2]) {
      await writePng(path, picture(value));
      expect(await readPicture(path)).toEqual(picture(value));
    }
  });

  it.each(['a[1].png', 'a [page=2]', '100%d ü 😀.png', '-'])('reads a file named %s', async (name) => {
    const picture = { width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) };
    await writePng(join(folder, name), picture);
    expect(await readPicture(join(folder, name))).toEqual(picture);
  });

  it('does not read a file of gigabytes', async () => {
    const path = join(folder, 'gigabytes.png');
    await writeFile(path, '');
    await truncate(path, 2 ** 32);
    await expect(readPicture(path)).rejects.toThrow(/gigabytes\.png has 4294967296 bytes, more than/);
  });
});
