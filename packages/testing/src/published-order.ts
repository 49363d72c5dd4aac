import type { Tensor } from '@tensorflow/tfjs-core';
import { transpose } from '@tensorflow/tfjs-core';

/** `[B, H, W, C]` values as PyTorch stores them, `[B, C, H, W]`. */
export function channelsFirst(x: Tensor): Promise<Float32Array> {
  return valuesOf(transpose(x, [0, 3, 1, 2]));
}

/** `[B, T, C]` values as `[B, C, T]`. */
export function channelsBeforeTokens(x: Tensor): Promise<Float32Array> {
  return valuesOf(transpose(x, [0, 2, 1]));
}

/** A PyTorch picture `[B, C, H, W]` as `[B, H, W, C]`. */
export function channelsLast(x: Tensor): Tensor {
  return transpose(x, [0, 2, 3, 1]);
}

/** The values of a tensor, which is disposed. */
async function valuesOf(tensor: Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await tensor.data());
  tensor.dispose();
  return values;
}
