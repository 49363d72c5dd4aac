import { stat } from 'node:fs/promises';
import sharp from 'sharp';
import { DataError } from '@restok/core';
import type { Picture } from './picture';

export interface ReadPictureOptions {
  /** Larger pictures are refused before they are decoded. */
  readonly maxPixels?: number;
}

/** 100 megapixels: room for any camera, not for a decompression bomb. */
const DEFAULT_MAX_PIXELS = 100e6;

const FORMATS = new Set(['png', 'jpeg', 'webp']);

/**
 * Reads a PNG, JPEG or WebP as 8-bit RGB: turned upright, transparency on white.
 *
 * @throws DataError in one line when the file is missing, damaged, of another kind or too large.
 */
export async function readPicture(path: string, options: ReadPictureOptions = {}): Promise<Picture> {
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) {
    throw new DataError(`readPicture: ${path} does not exist. Check the path.`);
  }
  if (!file.isFile() || file.size === 0) {
    throw new DataError(
      `readPicture: ${path} must be a file with content. Pass a PNG, JPEG or WebP picture.`,
    );
  }
  return decodePicture(path, path, options);
}

/**
 * Like {@link readPicture} for bytes in memory.
 *
 * @param name what errors call the picture.
 */
export async function decodePicture(
  source: string | Uint8Array,
  name: string,
  options: ReadPictureOptions = {},
): Promise<Picture> {
  const maxPixels = options.maxPixels ?? DEFAULT_MAX_PIXELS;
  if (source.length === 0) {
    throw new DataError(`readPicture: ${name} is empty. Pass a PNG, JPEG or WebP picture.`);
  }
  const image = sharp(source, { failOn: 'truncated', limitInputPixels: false });
  const metadata = await image.metadata().catch(() => undefined);
  if (metadata === undefined || !FORMATS.has(metadata.format)) {
    throw new DataError(`readPicture: ${name} is not a PNG, JPEG or WebP picture. Convert it first.`);
  }
  const { width, height } = metadata;
  if (width * height > maxPixels) {
    throw new DataError(
      `readPicture: ${name} is ${width} x ${height}, more than ${maxPixels / 1e6} megapixels. Make it smaller first.`,
      { width, height },
    );
  }
  try {
    const { data, info } = await image
      .rotate()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, pixels: threeChannels(data, info.channels) };
  } catch (error) {
    const cause = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new DataError(`readPicture: ${name} is damaged (${cause}). Get the file again.`);
  }
}

/** Grey pictures come with one channel. */
function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) {
    return new Uint8Array(data);
  }
  const pixels = new Uint8Array((data.length / channels) * 3);
  for (let i = 0; i < data.length / channels; i++) {
    pixels.fill(data[i * channels]!, i * 3, i * 3 + 3);
  }
  return pixels;
}
