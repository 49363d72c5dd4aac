import { DataError } from '@restok/core';
import { evaluationCrop } from '@restok/data/browser';
import type { PagePicture } from '../engine/engine-api';
import { toPagePicture, withoutAlpha } from './open-picture';

/**
 * The pictures of a sheet, row by row.
 *
 * @param file an image that holds square pictures side by side, without gaps.
 * @param tileSide sides of the pictures on the sheet, in pixels.
 * @param side sides of the pictures that are returned; they are resized as for scoring.
 * @throws DataError when the browser cannot read it, or it does not hold whole pictures.
 */
export async function picturesOfSheet(file: Blob, tileSide: number, side: number): Promise<PagePicture[]> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new DataError(
      'picturesOfSheet: the sheet of emoji is damaged or of a kind that this browser cannot read. Train on the samples or a folder.',
    );
  });
  try {
    const { width, height } = bitmap;
    if (width % tileSide !== 0 || height % tileSide !== 0) {
      throw new DataError(
        `picturesOfSheet: the sheet must hold whole pictures of ${tileSide} pixels, got ${width} x ${height}. Build the site again.`,
      );
    }
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (context === null) {
      throw new DataError('picturesOfSheet: this browser gives no canvas. Close other tabs and try again.');
    }
    context.drawImage(bitmap, 0, 0);
    const columns = width / tileSide;
    return Array.from({ length: columns * (height / tileSide) }, (_, at) => {
      const left = (at % columns) * tileSide;
      const top = Math.floor(at / columns) * tileSide;
      const { data } = context.getImageData(left, top, tileSide, tileSide);
      const tile = { width: tileSide, height: tileSide, pixels: withoutAlpha(data) };
      return toPagePicture(evaluationCrop(tile, side));
    });
  } finally {
    bitmap.close();
  }
}
