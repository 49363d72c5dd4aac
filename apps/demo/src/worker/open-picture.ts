import { DataError } from '@restok/core';
import type { Picture } from '@restok/data/browser';
import { evaluationCrop } from '@restok/data/browser';
import type { PagePicture } from '../engine/engine-api';

/** Pictures with more pixels are reduced by the browser first. */
const MAX_EXACT_PIXELS = 4e6;
/** Sides of a reduced picture are at least this many times the model's. */
const REDUCED_SIDES = 8;

/**
 * Reads a picture of any size and format that the browser knows: on white, the centre square, resized as for scoring.
 *
 * @throws DataError when the browser cannot read it.
 */
export async function openPicture(file: Blob, side: number): Promise<PagePicture> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new DataError(
      'openPicture: the file must be a picture that this browser can read, such as PNG, JPEG or WebP. Try another file.',
    );
  });
  try {
    return toPagePicture(evaluationCrop(pixelsOf(bitmap, side), side));
  } finally {
    bitmap.close();
  }
}

function pixelsOf(bitmap: ImageBitmap, side: number): Picture {
  const shorter = Math.min(bitmap.width, bitmap.height);
  const isLarge = bitmap.width * bitmap.height > MAX_EXACT_PIXELS;
  const scale = isLarge ? Math.min(1, (REDUCED_SIDES * side) / shorter) : 1;
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) {
    throw new DataError('openPicture: this browser gives no canvas. Close other tabs and try again.');
  }
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return { width, height, pixels: withoutAlpha(context.getImageData(0, 0, width, height).data) };
}

/** RGBA to RGB. */
export function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const pixels = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    pixels[to] = rgba[from]!;
    pixels[to + 1] = rgba[from + 1]!;
    pixels[to + 2] = rgba[from + 2]!;
  }
  return pixels;
}

/** A square picture as canvases take it. */
export function toPagePicture({ width, pixels }: Picture): PagePicture {
  const rgba = new Uint8ClampedArray((pixels.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    rgba[to] = pixels[from]!;
    rgba[to + 1] = pixels[from + 1]!;
    rgba[to + 2] = pixels[from + 2]!;
  }
  return { side: width, rgba };
}

/** A page picture as models take it: `[side, side, 3]` in 0 ... 1. */
export function toUnitPixels({ rgba }: PagePicture): Float32Array {
  const values = new Float32Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    values[to] = rgba[from]! / 255;
    values[to + 1] = rgba[from + 1]! / 255;
    values[to + 2] = rgba[from + 2]! / 255;
  }
  return values;
}
