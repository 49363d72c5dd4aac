import { ShapeError } from '@restok/core/errors';
import type { Picture } from './picture';
import { checkPicture, checkSides } from './picture';

/** The cubic's free parameter. */
const SHARPNESS = -0.5;
/** The cubic is zero from here on, in source pixels when enlarging. */
const SUPPORT = 2;
/** Weights are whole multiples of 2^-22, so that sums of 8-bit values are exact. */
const PRECISION_BITS = 32 - 8 - 2;

/** Which source values make a target value, with fixed-point weights. */
interface Tap {
  readonly first: number;
  readonly weights: Int32Array;
}

/** A rectangle of a picture, in its pixels. */
export interface PictureWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Bicubic resize with antialiasing: the kernel widens with the reduction, and each axis is rounded to 8 bits,
 * width first, as Pillow does. The reference evaluation resizes this way.
 *
 * @param window the part of the result that is wanted; only this part is computed. All of it by default.
 * @throws ShapeError when a side is not a whole number from 1, or the window leaves the result.
 * @source Keys, Cubic convolution interpolation, 1981; method.md, appendix C.
 */
export function bicubicResize(
  picture: Picture,
  width: number,
  height: number,
  window: PictureWindow = { left: 0, top: 0, width, height },
): Picture {
  checkPicture('bicubicResize', picture);
  checkSides('bicubicResize', width, height);
  checkWindow('bicubicResize', window, width, height);
  const columns = tapsFor(picture.width, width, window.left, window.width);
  const rows = tapsFor(picture.height, height, window.top, window.height);
  // Source rows that no kept row needs are left out of the first pass.
  const last = rows[rows.length - 1]!;
  const top = rows[0]!.first;
  const end = last.first + last.weights.length;
  return resizeHeight(resizeWidth(picture, columns, top, end), top, rows);
}

/**
 * Checks that a window lies in a picture of some size.
 *
 * @param caller what the error calls the function that was given the window.
 * @throws ShapeError otherwise.
 */
export function checkWindow(caller: string, window: PictureWindow, width: number, height: number): void {
  const { left, top } = window;
  checkSides(caller, window.width, window.height);
  const isPlace = [left, top].every((start) => Number.isSafeInteger(start) && start >= 0);
  if (!isPlace || left + window.width > width || top + window.height > height) {
    throw new ShapeError(
      `${caller}: ${window.width} x ${window.height} pixels at ${left}, ${top} must lie in a picture of ${width} x ${height}. Move them or take fewer.`,
      { window, width, height },
    );
  }
}

/** Rows `top` ... `end` - 1 of the picture with as many columns as there are taps. */
function resizeWidth(picture: Picture, taps: readonly Tap[], top: number, end: number): Picture {
  const width = taps.length;
  const height = end - top;
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const source = (top + row) * picture.width * 3;
    for (let column = 0; column < width; column++) {
      weigh(picture.pixels, source, 3, taps[column]!, pixels, (row * width + column) * 3, 3);
    }
  }
  return { width, height, pixels };
}

/** @param top which source row the first row of `picture` is. */
function resizeHeight(picture: Picture, top: number, taps: readonly Tap[]): Picture {
  const rowLength = picture.width * 3;
  const height = taps.length;
  const pixels = new Uint8Array(rowLength * height);
  for (let row = 0; row < height; row++) {
    weigh(picture.pixels, -top * rowLength, rowLength, taps[row]!, pixels, row * rowLength, rowLength);
  }
  return { width: picture.width, height, pixels };
}

/** Writes `count` neighbouring target values, each a weighted sum of source values `stride` apart. */
function weigh(
  source: Uint8Array,
  start: number,
  stride: number,
  tap: Tap,
  target: Uint8Array,
  at: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    let sum = 2 ** (PRECISION_BITS - 1);
    let from = start + tap.first * stride + i;
    for (const weight of tap.weights) {
      sum += source[from]! * weight;
      from += stride;
    }
    target[at + i] = Math.min(255, Math.max(0, Math.floor(sum / 2 ** PRECISION_BITS)));
  }
}

/** Taps of the target values `start` ... `start + count` - 1 of an axis resized from `from` to `to` values. */
function tapsFor(from: number, to: number, start: number, count: number): Tap[] {
  if (from === to) {
    const one = Int32Array.of(2 ** PRECISION_BITS);
    return Array.from({ length: count }, (_, i) => ({ first: start + i, weights: one }));
  }
  const scale = from / to;
  const widening = Math.max(1, scale);
  const support = SUPPORT * widening;
  return Array.from({ length: count }, (_, target) => {
    const centre = (start + target + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const weights = Array.from({ length: end - first }, (_unused, i) =>
      cubic((first + i - centre + 0.5) / widening),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: Int32Array.from(weights, (weight) => fixedPoint(weight / total)) };
  });
}

/** Rounds half away from zero. */
function fixedPoint(weight: number): number {
  const scaled = weight * 2 ** PRECISION_BITS;
  return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) {
    return ((SHARPNESS + 2) * x - (SHARPNESS + 3)) * x * x + 1;
  }
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * SHARPNESS : 0;
}
