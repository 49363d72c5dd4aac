import type { Tensor } from '@tensorflow/tfjs-core';
import { add, mul, square, sub, tanh, tidy } from '@tensorflow/tfjs-core';
import { differentiable } from '@restok/ops';

const SLOPE = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/**
 * GELU by its tanh approximation: x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))).
 *
 * @returns same shape, owned by the caller.
 * @source Hendrycks and Gimpel, arXiv 1606.08415.
 */
export function tanhGelu<X extends Tensor>(x: X): X {
  return differentiable(
    [x],
    () => tidy(() => mul(mul(x, 0.5), add(1, tanhOf(x))) as X),
    (gradient, [saved]) => [
      tidy(() => {
        const curve = tanhOf(saved!);
        const inner = mul(SLOPE, add(1, mul(square(saved!), 3 * CUBIC)));
        const rising = mul(mul(saved!, 0.5), mul(sub(1, square(curve)), inner));
        return mul(gradient, add(mul(0.5, add(1, curve)), rising));
      }),
    ],
  );
}

function tanhOf(x: Tensor): Tensor {
  return tanh(mul(SLOPE, mul(x, add(1, mul(square(x), CUBIC)))));
}
