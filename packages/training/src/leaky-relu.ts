import type { Tensor } from '@tensorflow/tfjs-core';
import { greater, leakyRelu as tfLeakyRelu, mul, tidy, where } from '@tensorflow/tfjs-core';
import { differentiable } from '@restok/ops';

/**
 * x where it is positive, slope · x elsewhere; at 0 the gradient is the slope's, as in PyTorch.
 *
 * @param slope 0 is ReLU.
 * @returns same shape, owned by the caller.
 */
export function leakyRelu<X extends Tensor>(x: X, slope: number): X {
  return differentiable(
    [x],
    () => tfLeakyRelu(x, slope) as X,
    (gradient, [saved]) => [tidy(() => where(greater(saved!, 0), gradient, mul(gradient, slope)))],
  );
}
