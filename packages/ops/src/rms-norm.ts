import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { add, mean, mul, rsqrt, square, sub, tidy } from '@tensorflow/tfjs-core';
import { checkChannels } from './check-channels';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';
import { sumToChannels } from './sum-to-channels';

/**
 * y = x / sqrt(mean(x²) + ε) · gain over the last axis.
 *
 * @param x `[..., D]` float32.
 * @param gain `[D]`.
 * @param epsilon ε; 1e-5 in the generator.
 * @returns same shape as x, owned by the caller.
 * @throws ShapeError when gain is not [D].
 * @source Zhang and Sennrich, arXiv 1910.07467; method.md, section 7.
 */
export function rmsNorm<X extends Tensor>(x: X, gain: Tensor1D, epsilon: number): X {
  checkChannels('rmsNorm', x.shape.at(-1)!, { gain });
  return differentiable(
    [x, gain],
    () =>
      runKernel(kernelNames.rmsNorm, { x, gain }, { epsilon }, () => [
        rmsNormReference(x, gain, epsilon),
      ])[0] as X,
    (gradient, [savedX, savedGain]) => rmsNormGrad(gradient, savedX!, savedGain as Tensor1D, epsilon),
  );
}

export function rmsNormReference(x: Tensor, gain: Tensor1D, epsilon: number): Tensor {
  return mul(mul(x, inverseRoot(x, epsilon)), gain);
}

/** Gradients of {@link rmsNorm}: [dx, dGain]. */
export function rmsNormGrad(gradient: Tensor, x: Tensor, gain: Tensor1D, epsilon: number): Tensor[] {
  return runKernel(kernelNames.rmsNormGrad, { gradient, x, gain }, { epsilon }, () =>
    rmsNormGradReference(gradient, x, gain, epsilon),
  );
}

export function rmsNormGradReference(gradient: Tensor, x: Tensor, gain: Tensor1D, epsilon: number): Tensor[] {
  return tidy(() => {
    const scale = inverseRoot(x, epsilon);
    const normalized = mul(x, scale);
    const dNormalized = mul(gradient, gain);
    const projection = mul(normalized, mean(mul(dNormalized, normalized), -1, true));
    return [mul(sub(dNormalized, projection), scale), sumToChannels(mul(gradient, normalized))];
  });
}

/** 1 / sqrt(mean(x²) + ε), `[..., 1]`. */
function inverseRoot(x: Tensor, epsilon: number): Tensor {
  return rsqrt(add(mean(square(x), -1, true), epsilon));
}
