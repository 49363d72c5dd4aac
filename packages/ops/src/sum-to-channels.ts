import type { Tensor } from '@tensorflow/tfjs-core';
import { reshape, sum } from '@tensorflow/tfjs-core';

/** Sum of a `[..., C]` tensor over all but its last axis: `[C]`. */
export function sumToChannels(x: Tensor): Tensor {
  return sum(reshape(x, [-1, x.shape.at(-1)!]), 0);
}
