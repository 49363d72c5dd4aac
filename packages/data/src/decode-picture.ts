import sharp from 'sharp';
import { DataError } from '@restok/core/errors';
import type { Picture } from './picture';
import { problemOf } from './read-file';

export interface ReadPictureOptions {
  /** Larger pictures are refused before they are decoded. */
  readonly maxPixels?: number;
}

/** 100 megapixels: room for any camera, not for a decompression bomb. */
const DEFAULT_MAX_PIXELS = 100e6;

/** How long the beginning is by which files of each kind are known. */
const SIGNATURE_BYTES = 12;

/**
 * Decodes a PNG, JPEG or WebP as 8-bit RGB: turned upright, transparency on white.
 *
 * @param name what errors call the picture.
 * @throws DataError in one line when it is damaged, of another kind or too large.
 */
export async function decodePicture(
  bytes: Uint8Array,
  name: string,
  options: ReadPictureOptions = {},
): Promise<Picture> {
  const maxPixels = options.maxPixels ?? DEFAULT_MAX_PIXELS;
  if (bytes.length === 0) {
    throw new DataError(`readPicture: ${name} is empty. Pass a PNG, JPEG or WebP picture.`);
  }
  if (!isOfKnownKind(bytes)) {
    throw new DataError(`readPicture: ${name} is not a PNG, JPEG or WebP picture. Convert it first.`);
  }
  // The limit is checked below, so that the error can say how large the picture is.
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: false });
  const { width, height } = await image.metadata().catch((error: unknown) => {
    throw damaged(name, error);
  });
  if (width * height > maxPixels) {
    throw new DataError(
      `readPicture: ${name} is ${width} x ${height}, more than ${maxPixels / 1e6} megapixels. Make it smaller first.`,
      { width, height },
    );
  }
  try {
    const { data, info } = await image
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, pixels: threeChannels(data, info.channels) };
  } catch (error) {
    throw damaged(name, error);
  }
}

/** Whether a file begins as a PNG, a JPEG or a WebP does; nothing else is given to a decoder. */
function isOfKnownKind(bytes: Uint8Array): boolean {
  const beginning = String.fromCharCode(...bytes.subarray(0, SIGNATURE_BYTES));
  return (
    beginning.startsWith('\x89PNG\r\n\x1a\n') ||
    beginning.startsWith('\xff\xd8\xff') ||
    (beginning.startsWith('RIFF') && beginning.endsWith('WEBP'))
  );
}

function damaged(name: string, error: unknown): DataError {
  return new DataError(`readPicture: ${name} is damaged (${problemOf(error)}). Get the file again.`);
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
