import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { add, concat, mean, mul, pad, slice, sub, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Augmentation, Places } from './augmentation';
import { CUTOUT_SHARE, sharePixels } from './augmentation';

/**
 * Applies augmentations to pictures, differentiably: colour, translation, cutout, in this order.
 *
 * @param pixels `[B, H, W, C]`.
 * @param augmentation from `drawAugmentation`.
 * @returns same shape, owned by the caller.
 * @source Zhao et al., arXiv 2006.10738; method.md, appendix A.
 */
export function augmentPictures(pixels: Tensor4D, augmentation: Augmentation): Tensor4D {
  const { colour, translation, cutout: blanked } = augmentation;
  return tidy(() => {
    let x: Tensor4D = pixels.clone();
    if (colour !== undefined) {
      x = brightness(x, colour.brightness);
      x = saturation(x, colour.saturation);
      x = contrast(x, colour.contrast);
    }
    if (translation !== undefined) {
      x = translate(x, translation);
    }
    return blanked === undefined ? x : cutout(x, blanked);
  });
}

/** Adds u - 1/2 to each picture. */
export function brightness(x: Tensor4D, draws: readonly number[]): Tensor4D {
  return tidy(
    () =>
      add(
        x,
        perSample(draws, (u) => u - 0.5),
      ) as Tensor4D,
  );
}

/** Moves the channels of each pixel to or from their mean by the factor 2u. */
export function saturation(x: Tensor4D, draws: readonly number[]): Tensor4D {
  return tidy(() =>
    about(
      x,
      mean(x, 3, true),
      perSample(draws, (u) => 2 * u),
    ),
  );
}

/** Moves the values of each picture to or from their mean by the factor u + 1/2. */
export function contrast(x: Tensor4D, draws: readonly number[]): Tensor4D {
  return tidy(() =>
    about(
      x,
      mean(x, [1, 2, 3], true),
      perSample(draws, (u) => u + 0.5),
    ),
  );
}

/** Shows row r + rows[b] of sample b at row r, and columns alike; zeros from outside. */
export function translate(x: Tensor4D, { rows, columns }: Places): Tensor4D {
  return tidy(() => {
    const [, height, width, channels] = x.shape;
    const shifted = rows.map((down, sample) => {
      const right = columns[sample]!;
      const kept: [number, number] = [height - Math.abs(down), width - Math.abs(right)];
      const from = [sample, Math.max(down, 0), Math.max(right, 0), 0];
      const part = slice(x, from, [1, ...kept, channels]);
      return pad(part, [
        [0, 0],
        [Math.max(-down, 0), Math.max(down, 0)],
        [Math.max(-right, 0), Math.max(right, 0)],
        [0, 0],
      ]);
    });
    return concat(shifted, 0);
  });
}

/** Blanks a rectangle around each sample's centre, cut off at the edges. */
export function cutout(x: Tensor4D, centres: Places, share = CUTOUT_SHARE): Tensor4D {
  const [batch, height, width] = x.shape;
  const mask = new Float32Array(batch * height * width).fill(1);
  const [tall, wide] = [sharePixels(height, share), sharePixels(width, share)];
  for (let sample = 0; sample < batch; sample++) {
    const rows = covered(centres.rows[sample]!, tall, height);
    const columns = covered(centres.columns[sample]!, wide, width);
    for (const row of rows) {
      for (const column of columns) {
        mask[(sample * height + row) * width + column] = 0;
      }
    }
  }
  return tidy(() => mul(x, tensor4d(mask, [batch, height, width, 1])));
}

/** Pixels around a centre; those beyond an edge fall on the edge. */
function covered(centre: number, size: number, length: number): Set<number> {
  const first = centre - Math.floor(size / 2);
  return new Set(Array.from({ length: size }, (_, i) => Math.min(Math.max(first + i, 0), length - 1)));
}

function perSample(draws: readonly number[], value: (draw: number) => number): Tensor4D {
  return tensor4d(draws.map(value), [draws.length, 1, 1, 1]);
}

function about(x: Tensor4D, centre: Tensor, factor: Tensor4D): Tensor4D {
  return add(mul(sub(x, centre), factor), centre);
}
