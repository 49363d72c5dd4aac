import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core/errors';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPicture } from './read-picture';
import { writePng } from './write-png';

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
