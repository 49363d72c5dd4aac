import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePicture, readPicture } from './read-picture';

/** Lossy formats move a flat colour by a few of 255 steps, through YCbCr rounding alone. */
const LOSSY_STEPS = 3;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-read-'));
});
afterAll(() => rm(folder, { recursive: true }));

function raw(values: readonly number[], width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp {
  return sharp(Uint8Array.from(values), { raw: { width, height, channels } });
}

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

describe('readPicture', () => {
  it('reads a PNG exactly', async () => {
    const values = [255, 0, 0, 0, 128, 255];
    const path = await file('exact.png', await raw(values, 2, 1, 3).png().toBuffer());
    expect(await readPicture(path)).toEqual({ width: 2, height: 1, pixels: Uint8Array.from(values) });
  });

  it.each(['jpeg', 'webp'] as const)('reads a flat %s', async (format) => {
    const flat = Array.from({ length: 16 * 16 }, () => [200, 100, 50]).flat();
    const path = await file(`flat.${format}`, await raw(flat, 16, 16, 3).toFormat(format).toBuffer());
    const { width, height, pixels } = await readPicture(path);
    expect([width, height, pixels.length]).toEqual([16, 16, flat.length]);
    const largest = Math.max(...flat.map((value, i) => Math.abs(value - pixels[i]!)));
    expect(largest).toBeLessThanOrEqual(LOSSY_STEPS);
  });

  it('says in one line that a file is missing, empty or a folder', async () => {
    await expect(readPicture(join(folder, 'none.png'))).rejects.toThrow(/none\.png does not exist/);
    await expect(readPicture(await file('empty.png', ''))).rejects.toThrow(/empty\.png must be a file with/);
    await expect(readPicture(folder)).rejects.toThrow(DataError);
  });

  it('refuses a text that is named like a picture', async () => {
    const path = await file('text.png', 'not a picture');
    await expect(readPicture(path)).rejects.toThrow(/text\.png is not a PNG, JPEG or WebP/);
  });

  it('refuses a picture of another kind that is named like a PNG', async () => {
    const path = await file('drawing.png', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(readPicture(path)).rejects.toThrow(DataError);
  });

  it('refuses a PNG that is cut off, in one line', async () => {
    const noise = Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31) % 251);
    const whole = await raw(noise, 64, 64, 3).png().toBuffer();
    const path = await file('cut.png', whole.subarray(0, whole.length / 2));
    const error = await readPicture(path).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataError);
    expect(String(error)).toMatch(/^DataError: readPicture: .*cut\.png is damaged .*$/);
  });
});

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
});
