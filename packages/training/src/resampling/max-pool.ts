import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  concat,
  equal,
  maximum,
  mul,
  pad,
  reshape,
  slice,
  sub,
  tidy,
} from '@tensorflow/tfjs-core';
import { differentiable } from '@restok/ops';
import { adaptiveWindow, selectionMatrix } from './axis-matrices';
import type { AxisMatrix } from './mix-axis';
import { mixAxis, transposed } from './mix-axis';
import type { PictureAxis } from './mix-axis';

/**
 * Largest of each 2 x 2 pixels. A last odd row or column is dropped. Of equal ones the first, row by row, takes the
 * gradient.
 *
 * @param x `[B, H, W, C]`.
 * @returns `[B, ⌊H/2⌋, ⌊W/2⌋, C]`, owned by the caller; differentiable on every backend, where tfjs's own gradient
 *   is wrong on some.
 */
export function maxPool2x(x: Tensor4D): Tensor4D {
  return differentiable(
    [x],
    () => tidy(() => quarters(x).reduce((largest, quarter) => maximum(largest, quarter))),
    (gradient, [saved]) => [tidy(() => maxPool2xGrad(gradient, saved as Tensor4D))],
  );
}

/** The four pixels of each window as maps of half the size. */
function quarters(x: Tensor4D): Tensor4D[] {
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
  const even = slice(x, [0, 0, 0, 0], [batch, 2 * rows, 2 * columns, channels]);
  const pairs = reshape(even, [batch * rows, 2, columns, 2 * channels]);
  return [0, 1].flatMap((row) =>
    [0, channels].map(
      (start) =>
        reshape(slice(pairs, [0, row, 0, start], [-1, 1, -1, channels]), [
          batch,
          rows,
          columns,
          channels,
        ]) as Tensor4D,
    ),
  );
}

function maxPool2xGrad(gradient: Tensor4D, x: Tensor4D): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [gradient.shape[1], gradient.shape[2]];
  const values = quarters(x);
  const parts = shareGradient(gradient, values).map((part) =>
    reshape(part, [batch * rows, 1, columns, channels]),
  );
  const [upperLeft, upperRight, lowerLeft, lowerRight] = parts as [Tensor, Tensor, Tensor, Tensor];
  const pairs = concat([concat([upperLeft, upperRight], 3), concat([lowerLeft, lowerRight], 3)], 1);
  const even = reshape(pairs, [batch, 2 * rows, 2 * columns, channels]) as Tensor4D;
  return padTo(even, height, width);
}

function padTo(x: Tensor4D, height: number, width: number): Tensor4D {
  return pad(x, [
    [0, 0],
    [0, height - x.shape[1]],
    [0, width - x.shape[2]],
    [0, 0],
  ]);
}

/** What each candidate of a maximum gets of its gradient: the first of the largest takes it. */
function shareGradient(gradient: Tensor4D, candidates: readonly Tensor4D[]): Tensor4D[] {
  const largest = candidates.reduce((first, next) => maximum(first, next));
  let rest: Tensor4D = gradient;
  return candidates.map((candidate) => {
    const share: Tensor4D = mul(rest, cast(equal(candidate, largest), 'float32'));
    rest = sub(rest, share);
    return share;
  });
}

/**
 * Adaptive max pooling to a size: output i of n covers [⌊i H / n⌋, ⌈(i+1) H / n⌉), so windows overlap where n does
 * not divide, and a smaller picture is enlarged. Of equal values the first takes the gradient.
 *
 * @param x `[B, H, W, C]`.
 * @returns `[B, rows, columns, C]`, owned by the caller; differentiable.
 */
export function adaptiveMaxPool(x: Tensor4D, rows: number, columns: number): Tensor4D {
  return tidy(() => {
    const overColumns = maxAlongAxis(x, windowTaps(x.shape[2], columns), 'columns');
    return maxAlongAxis(overColumns, windowTaps(x.shape[1], rows), 'rows');
  });
}

/** One selection for each place in a window; shorter windows repeat their last pixel. */
function windowTaps(inputs: number, outputs: number): AxisMatrix[] {
  const windows = Array.from({ length: outputs }, (_, i) => adaptiveWindow(i, inputs, outputs));
  const longest = Math.max(...windows.map(([start, end]) => end - start));
  return Array.from({ length: longest }, (_, tap) =>
    selectionMatrix(
      inputs,
      windows.map(([start, end]) => Math.min(start + tap, end - 1)),
    ),
  );
}

function maxAlongAxis(x: Tensor4D, taps: readonly AxisMatrix[], axis: PictureAxis): Tensor4D {
  const select = (from: Tensor4D): Tensor4D[] => taps.map((tap) => mixAxis(from, tap, axis));
  return differentiable(
    [x],
    () => tidy(() => select(x).reduce((largest, next) => maximum(largest, next))),
    (gradient, [saved]) => [
      tidy(() =>
        shareGradient(gradient, select(saved as Tensor4D))
          .map((share, i) => mixAxis(share, transposed(taps[i]!), axis))
          .reduce((sum, part) => add(sum, part)),
      ),
    ],
  );
}
