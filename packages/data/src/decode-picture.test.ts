import { DataError } from '@restok/core/errors';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { PNG_COLOUR, pngBytes } from '../test/png-bytes';
import { decodePicture } from './decode-picture';

const pixelsOf = async (bytes: Uint8Array): Promise<number[]> => [
  ...(await decodePicture(bytes, 'x')).pixels,
];

function raw(values: readonly number[], width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp {
  return sharp(Uint8Array.from(values), { raw: { width, height, channels } });
}

describe('decodePicture', () => {
  it('puts transparency on white', async () => {
    // Transparent, opaque, and black at 51 / 255 = a fifth: 255 * 4 / 5 = 204.
    const bytes = await raw([9, 9, 9, 0, 10, 20, 30, 255, 0, 0, 0, 51], 3, 1, 4).png().toBuffer();
    const { pixels } = await decodePicture(bytes, 'alpha');
    expect([...pixels]).toEqual([255, 255, 255, 10, 20, 30, 204, 204, 204]);
  });

  it('repeats grey in the three channels, with and without transparency', async () => {
    const grey = await raw([0, 77, 255], 3, 1, 1).toColourspace('b-w').png().toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(1);
    expect([...(await decodePicture(grey, 'grey')).pixels]).toEqual([0, 0, 0, 77, 77, 77, 255, 255, 255]);
    const veiled = await raw([77, 255, 77, 0], 2, 1, 2).toColourspace('b-w').png().toBuffer();
    expect([...(await decodePicture(veiled, 'veiled')).pixels]).toEqual([77, 77, 77, 255, 255, 255]);
  });

  it('keeps the upper 8 bits of 16', async () => {
    const values = Uint16Array.of(0, 0x8080, 0xffff, 0x1234, 0x12ff, 0x0100);
    const bytes = await sharp(values, { raw: { width: 2, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    const { pixels } = await decodePicture(bytes, 'deep');
    expect([...pixels]).toEqual([0, 0x80, 0xff, 0x12, 0x12, 0x01]);
  });

  it('turns a picture upright by its EXIF orientation', async () => {
    // Orientation 6: shown after a quarter turn clockwise, so the left pixel comes on top.
    const bytes = await raw([255, 0, 0, 0, 0, 255], 2, 1, 3)
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    expect(await decodePicture(bytes, 'turned')).toEqual({
      width: 1,
      height: 2,
      pixels: Uint8Array.of(255, 0, 0, 0, 0, 255),
    });
  });

  it('refuses too many pixels by the header, before decoding', async () => {
    const noise = Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31) % 251);
    const whole = await raw(noise, 64, 64, 3).png().toBuffer();
    // Half of it cannot be decoded, so the error tells which came first.
    const half = whole.subarray(0, whole.length / 2);
    const error = await decodePicture(half, 'bomb', { maxPixels: 4095 }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toHaveProperty('details', { width: 64, height: 64 });
    expect(String(error)).toContain('bomb is 64 x 64');
    await expect(decodePicture(half, 'half', { maxPixels: 4096 })).rejects.toThrow(/half is damaged/);
    expect((await decodePicture(whole, 'fits', { maxPixels: 4096 })).width).toBe(64);
  });

  it('refuses no bytes at all', async () => {
    await expect(decodePicture(new Uint8Array(0), 'nothing')).rejects.toThrow(/nothing is empty/);
  });

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
    ['a wrong checksum', (png) => (png[29]! ^= 1)],
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

  it('says of a picture whose header is cut off that it is damaged, not that it is of another kind', async () => {
    const pixels = sharp(new Uint8Array(3 * 64), { raw: { width: 8, height: 8, channels: 3 } });
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const header = (await pixels.clone().toFormat(format).toBuffer()).subarray(0, 20);
      await expect(decodePicture(header, 'cut'), format).rejects.toThrow(
        /^readPicture: cut is damaged \([^\n]+\)/,
      );
    }
  });

  it('gives pictures of other kinds to no decoder', async () => {
    const pixels = sharp(new Uint8Array(3 * 64), { raw: { width: 8, height: 8, channels: 3 } });
    const whole = [await pixels.clone().gif().toBuffer(), await pixels.clone().tiff().toBuffer()];
    const endless = Buffer.from(`GIF89a${'x'.repeat(100)}`);
    for (const bytes of [...whole, endless, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')]) {
      await expect(decodePicture(bytes, 'x.png')).rejects.toThrow('x.png is not a PNG, JPEG or WebP picture');
    }
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
