import { writeFile } from 'node:fs/promises';
import { Random } from '@restok/core';
import type { Picture } from '@restok/data';
import { writeNpz, writePng } from '@restok/data';

/** 24 x 16 pixels of a gradient, as another program would write them. */
const JPEG = Buffer.from(
  '/9j/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQABgDASIAAhEBAxEB/8QAFwAAAwEAAAAAAAAAAAAAAAAAAAQFBv/EABgQAAMBAQAAAAAAAAAAAAAAAAADBWJh/8QAFQEBAQAAAAAAAAAAAAAAAAAABAb/xAAbEQABBQEBAAAAAAAAAAAAAAAAAwQFITECIv/aAAwDAQACEQMRAD8AyaZ/B5M/JdTPyPpn5EKPQjKQyyEmfkDVpn8AF09vSnRkPOn/2Q==',
  'base64',
);
const WEBP = Buffer.from(
  'UklGRnIAAABXRUJQVlA4IGYAAAAQBACdASoYABAAPrVOoUmnJKOhMAgA4BaJbDuAGMeQswjkoCK+pwP3gAD+4h/x3/7Vav02f/49PHBnPZkSovB5+TDej8wlnEOxsRrnshO2OZDQgwlzM65EDeZ3QiA7dbUMC/DQAAA=',
  'base64',
);

/** Values that are drawn; a larger picture repeats them. */
const NUM_DRAWS = 3 * 1009;

/** A picture of noise around a colour; another seed gives another one. */
export function noise(seed: number, width: number, height: number): Picture {
  const random = new Random(seed);
  const base = [random.uniform(), random.uniform(), random.uniform()];
  const draws = Uint8Array.from({ length: NUM_DRAWS }, (_, i) =>
    Math.round(255 * (0.7 * base[i % 3]! + 0.3 * random.uniform())),
  );
  const pixels = new Uint8Array(width * height * 3);
  for (let start = 0; start < pixels.length; start += NUM_DRAWS) {
    pixels.set(draws.subarray(0, pixels.length - start), start);
  }
  return { width, height, pixels };
}

/** Writes a PNG of noise. */
export async function writeNoise(path: string, seed: number, width = 20, height = 24): Promise<string> {
  await writePng(path, noise(seed, width, height));
  return path;
}

/** Writes square pictures of noise as the samples of an evaluation, `arr_0` of a .npz. */
export async function writeNoiseArchive(
  path: string,
  first: number,
  count: number,
  size = 16,
): Promise<void> {
  const pictures = Array.from({ length: count }, (_, i) => noise(first + i, size, size).pixels);
  const values = Uint8Array.from(pictures.flatMap((pixels) => [...pixels]));
  await writeNpz(path, { arr_0: { shape: [count, size, size, 3], values } });
}

/** Writes the gradient as a JPEG. */
export async function writeJpeg(path: string): Promise<string> {
  await writeFile(path, JPEG);
  return path;
}

/** Writes the gradient as a WebP. */
export async function writeWebp(path: string): Promise<string> {
  await writeFile(path, WEBP);
  return path;
}
