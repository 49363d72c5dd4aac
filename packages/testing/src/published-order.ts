import type { Tensor } from '@tensorflow/tfjs-core';
import { reshape, tidy, transpose } from '@tensorflow/tfjs-core';

/** `[B, H, W, C]` values as PyTorch stores them, `[B, C, H, W]`. */
export function channelsFirst(x: Tensor): Float32Array {
  return tidy(() => Float32Array.from(transpose(x, [0, 3, 1, 2]).dataSync()));
}

/** `[B, T, C]` values as `[B, C, T]`. */
export function channelsBeforeTokens(x: Tensor): Float32Array {
  return tidy(() => Float32Array.from(transpose(x, [0, 2, 1]).dataSync()));
}

/** A PyTorch picture `[B, C, H, W]` as `[B, H, W, C]`. */
export function channelsLast(x: Tensor): Tensor {
  return transpose(x, [0, 2, 3, 1]);
}

/** The first sample of a batch, flattened. */
export function firstSample(x: Tensor): Float32Array {
  return tidy(() => {
    const [batch] = x.shape as [number];
    return Float32Array.from(
      reshape(x, [batch, -1])
        .dataSync()
        .subarray(0, x.size / batch),
    );
  });
}
