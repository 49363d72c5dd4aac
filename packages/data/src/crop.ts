import type { Random } from '@restok/core/random';
import { DataError } from '@restok/core/errors';
import { bicubicResize, checkWindow } from './bicubic-resize';
import type { Picture } from './picture';
import { checkPicture, checkSides } from './picture';
import { reduceForCrop } from './reduce-for-crop';

/**
 * A rectangle of a picture.
 *
 * @throws ShapeError when it leaves the picture.
 */
export function cropPicture(
  picture: Picture,
  left: number,
  top: number,
  width: number,
  height: number,
): Picture {
  checkPicture('cropPicture', picture);
  checkWindow('cropPicture', { left, top, width, height }, picture.width, picture.height);
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * picture.width + left) * 3;
    pixels.set(picture.pixels.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, pixels };
}

/** Left and right exchanged. */
export function flipPicture(picture: Picture): Picture {
  const { width, height } = picture;
  const pixels = new Uint8Array(picture.pixels.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * width + width - 1 - column) * 3;
      pixels.set(picture.pixels.subarray(from, from + 3), (row * width + column) * 3);
    }
  }
  return { width, height, pixels };
}

/** Resizing makes no larger picture. */
const MAX_PIXELS = 100e6;

/**
 * Bicubic resize so that the shorter edge has `size` pixels; the longer one is truncated to whole pixels.
 *
 * @throws DataError when the picture is so narrow that the result would be larger than 100 megapixels.
 */
export function resizeShorterEdge(picture: Picture, size: number): Picture {
  checkSides('resizeShorterEdge', size, size);
  const { width, height } = sizeWithShorterEdge(picture, size);
  if (width * height > MAX_PIXELS) {
    throw new DataError(
      `resizeShorterEdge: a picture of ${picture.width} x ${picture.height} would become ${width} x ${height}, more than ${MAX_PIXELS / 1e6} megapixels. Crop it first.`,
      { width, height },
    );
  }
  return bicubicResize(picture, width, height);
}

function sizeWithShorterEdge({ width, height }: Picture, size: number): { width: number; height: number } {
  const shorter = Math.min(width, height);
  const scaled = (side: number): number => (side === shorter ? size : Math.trunc((size * side) / shorter));
  return { width: scaled(width), height: scaled(height) };
}

/**
 * What the reference evaluation scores: shorter edge to `shorterEdge`, then the square of `size` in the centre. Only
 * the square is computed, so the work does not grow with the longer edge.
 *
 * @param shorterEdge in pixels, at least `size`, which it is by default.
 * @throws ShapeError when the square leaves the resized picture.
 * @source method.md, appendix C. Halves of odd margins are rounded to even, as torchvision does.
 */
export function evaluationCrop(picture: Picture, size: number, shorterEdge = size): Picture {
  checkSides('evaluationCrop', size, shorterEdge);
  const { width, height } = sizeWithShorterEdge(picture, shorterEdge);
  const left = roundHalfToEven((width - size) / 2);
  const top = roundHalfToEven((height - size) / 2);
  return bicubicResize(picture, width, height, { left, top, width: size, height: size });
}

/** Range of the drawn shorter side, as shares of the crop's: size / 1.0 to size / 0.8. */
const SMALLEST_SHARE = 0.8;

/**
 * Random resized crop for training: the shorter side drawn uniformly, halved with a box filter while twice
 * that or more, bicubic to it, a random square, a random flip.
 *
 * @source method.md, appendix C (`random_resized_crop: true`).
 */
export function trainingCrop(picture: Picture, size: number, random: Random, flip: boolean): Picture {
  checkPicture('trainingCrop', picture);
  checkSides('trainingCrop', size, size);
  const largest = Math.ceil(size / SMALLEST_SHARE);
  const shorter = size + random.integer(largest - size + 1);
  const { reduced, width, height } = reduceForCrop(picture, shorter);
  const left = random.integer(width - size + 1);
  const top = random.integer(height - size + 1);
  const cropped = bicubicResize(reduced, width, height, { left, top, width: size, height: size });
  return flip && random.uniform() < 0.5 ? flipPicture(cropped) : cropped;
}

/**
 * Shorter edge to `shorterEdge`, then a random square of `size`. Only the square is computed.
 *
 * @param shorterEdge in pixels, at least `size`.
 * @source method.md, appendix C (`resize_shorter_edge`, `random_crop`): resized as for evaluation.
 */
export function randomCrop(picture: Picture, size: number, shorterEdge: number, random: Random): Picture {
  checkSides('randomCrop', size, shorterEdge);
  const { width, height } = sizeWithShorterEdge(picture, shorterEdge);
  const left = random.integer(width - size + 1);
  const top = random.integer(height - size + 1);
  return bicubicResize(picture, width, height, { left, top, width: size, height: size });
}

/** As Python rounds. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const isHalf = value - floor === 0.5;
  return isHalf ? floor + (floor % 2) : Math.round(value);
}
