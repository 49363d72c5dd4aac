import type { Tensor4D } from '@tensorflow/tfjs-core';
import { div, sub, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkPixels } from './check-pixels';

/** ImageNet statistics that pixels are normalised with. @source method.md, section 4.1. */
const PIXEL_MEAN = [0.485, 0.456, 0.406];
const PIXEL_DEVIATION = [0.229, 0.224, 0.225];

/**
 * Pixels as the encoder takes them, by the statistics of ImageNet.
 *
 * @param pixels `[B, cropSize, cropSize, 3]` in 0 ... 1.
 * @returns the same shape, owned by the caller.
 * @throws ShapeError when the pixels are no float32 tensor of this size.
 * @source method.md, section 4.1.
 */
export function normalizePixels(pixels: Tensor4D, cropSize: number): Tensor4D {
  checkPixels(pixels, cropSize);
  return tidy(() => div(sub(pixels, tensor1d(PIXEL_MEAN)), tensor1d(PIXEL_DEVIATION)) as Tensor4D);
}
