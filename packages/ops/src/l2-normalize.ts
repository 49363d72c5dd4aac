import type { Tensor } from '@tensorflow/tfjs-core';
import { div, maximum, mul, sqrt, square, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { differentiable } from './kernel';

/** Shorter vectors are divided by this instead of their length. */
const SMALLEST_LENGTH = 1e-12;

/**
 * Divides every vector along the last axis by its Euclidean length.
 *
 * @param x `[..., D]`.
 * @returns same shape as x, owned by the caller.
 * @source method.md, section 5.
 */
export function l2Normalize<X extends Tensor>(x: X): X {
  return differentiable(
    [x],
    () => tidy(() => div(x, lengths(x)) as X),
    (gradient, [saved]) => [
      tidy(() => {
        const length = lengths(saved!);
        const direction = div(saved!, length);
        const along = mul(direction, sum(mul(gradient, direction), -1, true));
        return div(sub(gradient, along), length);
      }),
    ],
  );
}

function lengths(x: Tensor): Tensor {
  return maximum(sqrt(sum(square(x), -1, true)), SMALLEST_LENGTH);
}
