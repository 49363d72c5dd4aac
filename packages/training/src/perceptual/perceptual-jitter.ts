import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import type { Draws } from '../draws';
import { bicubicMatrix, clamp, matrixOf } from '../resampling/axis-matrices';
import { mixRowsAndColumns } from '../resampling/mix-axis';
import type { AxisMatrix } from '../resampling/mix-axis';

/** Pixels by which pictures are padded with their own edge before they are cropped. */
const PADDING = 15;

/** Pixels that are cut off the padded picture on each side, 0 ... 15. */
export interface PerceptualJitter {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Draws a jitter: four whole numbers from 0 to 15 in the published order. @source method.md, section 8. */
export function drawPerceptualJitter(draws: Draws): PerceptualJitter {
  const draw = (): number => draws.whole(0, PADDING);
  return { top: draw(), bottom: draw(), left: draw(), right: draw() };
}

/**
 * Pads pictures by 15 pixels of their own edge, crops them and resizes them back, all samples alike. Each axis is
 * one linear map.
 *
 * @param pixels `[B, H, W, C]`.
 * @returns `[B, H, W, C]`, owned by the caller; differentiable.
 * @throws ShapeError when a number is not whole or not in 0 ... 15.
 * @source method.md, section 8.
 */
export function jitterPictures(pixels: Tensor4D, jitter: PerceptualJitter): Tensor4D {
  const { top, bottom, left, right } = jitter;
  if (![top, bottom, left, right].every((cut) => Number.isInteger(cut) && cut >= 0 && cut <= PADDING)) {
    throw new ShapeError(
      `jitterPictures: cuts must be whole numbers from 0 to ${PADDING}, got ${JSON.stringify(jitter)}. Draw them with drawPerceptualJitter.`,
    );
  }
  const [, height, width] = pixels.shape;
  return mixRowsAndColumns(pixels, jitterMatrix(height, top, bottom), jitterMatrix(width, left, right));
}

function jitterMatrix(length: number, before: number, after: number): AxisMatrix {
  const cropped = length + 2 * PADDING - before - after;
  const resize = bicubicMatrix(cropped, length);
  return matrixOf(length, length, (output, add) => {
    for (let i = 0; i < cropped; i++) {
      add(clamp(i + before - PADDING, length), resize.values[output * cropped + i]!);
    }
  });
}
