import type { Tensor } from '@tensorflow/tfjs-core';
import { add, erf, exp, mul, square, tidy } from '@tensorflow/tfjs-core';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';

/**
 * Exact GELU: x · Φ(x) = x/2 · (1 + erf(x/√2)).
 *
 * @returns same shape as x, owned by the caller.
 * @source Hendrycks and Gimpel, arXiv 1606.08415; method.md, section 3.
 */
export function gelu<X extends Tensor>(x: X): X {
  return differentiable(
    [x],
    () => runKernel(kernelNames.gelu, { x }, {}, () => [geluReference(x)])[0] as X,
    (gradient, [savedX]) => [geluGrad(gradient, savedX!)],
  );
}

export function geluReference(x: Tensor): Tensor {
  return mul(x, normalDistribution(x));
}

/** Gradient of {@link gelu}: g · (Φ(x) + x φ(x)). */
export function geluGrad(gradient: Tensor, x: Tensor): Tensor {
  return runKernel(kernelNames.geluGrad, { gradient, x }, {}, () => [geluGradReference(gradient, x)])[0]!;
}

export function geluGradReference(gradient: Tensor, x: Tensor): Tensor {
  return tidy(() => {
    const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return mul(gradient, add(normalDistribution(x), mul(x, density)));
  });
}

function normalDistribution(x: Tensor): Tensor {
  return mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
}
