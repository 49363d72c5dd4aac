import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { div, mean, mul, ones, tidy } from '@tensorflow/tfjs-core';
import { differentiable } from '@restok/ops';

/**
 * Mean of all values, one axis after the other. Backends add up one value after the other, so a sum over a batch of
 * pictures at once loses a digit or two that sums of sums keep.
 *
 * @param x any shape.
 * @returns owned by the caller; differentiable.
 */
export function stepwiseMean(x: Tensor): Scalar {
  return differentiable(
    [x],
    () => tidy(() => meanOf(x)),
    (gradient, [saved]) => [tidy(() => div(mul(gradient, ones(saved!.shape)), saved!.size))],
  );
}

function meanOf(x: Tensor): Scalar {
  let means = x;
  while (means.rank > 0) {
    means = mean(means, -1);
  }
  return means.clone() as Scalar;
}
