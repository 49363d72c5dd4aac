import type { Tensor4D } from '@tensorflow/tfjs-core';
import { div, sub, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';

/** ImageNet statistics that pixels are normalised with. @source method.md, section 4.1. */
const PIXEL_MEAN = [0.485, 0.456, 0.406];
const PIXEL_DEVIATION = [0.229, 0.224, 0.225];

/**
 * Pixels as the encoder takes them, by the statistics of ImageNet.
 *
 * @param pixels `[B, cropSize, cropSize, 3]` in 0 ... 1.
 * @returns the same shape, owned by the caller.
 * @throws ShapeError when the pixels have another size.
 * @source method.md, section 4.1.
 */
export function normalizePixels(pixels: Tensor4D, cropSize: number): Tensor4D {
  const [batch, height, width, channels] = pixels.shape;
  if (pixels.rank !== 4 || batch < 1 || height !== cropSize || width !== cropSize || channels !== 3) {
    throw new ShapeError(
      `encode: pixels must be [B, ${cropSize}, ${cropSize}, 3], got [${pixels.shape.join(', ')}]. Resize and crop the picture to ${cropSize} x ${cropSize} first.`,
    );
  }
  return tidy(() => div(sub(pixels, tensor1d(PIXEL_MEAN)), tensor1d(PIXEL_DEVIATION)) as Tensor4D);
}
