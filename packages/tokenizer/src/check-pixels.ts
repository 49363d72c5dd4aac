import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';

/**
 * Throws ShapeError when pixels are no float32 tensor `[B, size, size, 3]`. Values are not looked at, which would wait
 * for the GPU; but whole numbers, as pictures are read, are never in 0 ... 1.
 */
export function checkPixels(pixels: unknown, size: number): void {
  const expected = `encode: pixels must be [B, ${size}, ${size}, 3]`;
  if (!isTensor(pixels)) {
    throw new ShapeError(
      `${expected}, a tensor, got ${nameOf(pixels)}. Make one: tensor4d(values, [1, ${size}, ${size}, 3]).`,
    );
  }
  const [batch, height, width, channels] = pixels.shape;
  if (pixels.rank !== 4 || batch < 1 || height !== size || width !== size || channels !== 3) {
    throw new ShapeError(
      `${expected}, got [${pixels.shape.join(', ')}]. Resize and crop the picture to ${size} x ${size} first.`,
    );
  }
  if (pixels.dtype !== 'float32') {
    throw new ShapeError(
      `${expected} float32 in 0 ... 1, got ${pixels.dtype}. Divide bytes by 255: div(pixels, 255).`,
    );
  }
}

/** By its shape, since another copy of TensorFlow.js has another class. */
function isTensor(value: unknown): value is Tensor4D {
  return typeof value === 'object' && value !== null && 'shape' in value;
}

/** What a value is, for somebody who passed it in place of a tensor. */
function nameOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : String(value);
}
