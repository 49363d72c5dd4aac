import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { add, mean, mul, reshape, rsqrt, square, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { checkChannels } from './check-channels';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';

/**
 * y = (x - mean) / sqrt(variance + ε) · gain + shift over the last axis, biased variance.
 *
 * @param x `[..., D]` float32.
 * @param gain `[D]`.
 * @param shift `[D]`.
 * @param epsilon ε; 1e-5 in ResTok.
 * @returns same shape as x, owned by the caller.
 * @throws ShapeError when gain or shift is not [D].
 */
export function layerNorm<X extends Tensor>(x: X, gain: Tensor1D, shift: Tensor1D, epsilon: number): X {
  checkChannels('layerNorm', x.shape.at(-1)!, { gain, shift });
  return differentiable(
    [x, gain, shift],
    () =>
      runKernel(kernelNames.layerNorm, { x, gain, shift }, { epsilon }, () => [
        layerNormReference(x, gain, shift, epsilon),
      ])[0] as X,
    (gradient, [savedX, savedGain]) => layerNormGrad(gradient, savedX!, savedGain as Tensor1D, epsilon),
  );
}

export function layerNormReference(x: Tensor, gain: Tensor1D, shift: Tensor1D, epsilon: number): Tensor {
  return add(mul(normalize(x, epsilon).normalized, gain), shift);
}

/** Gradients of {@link layerNorm}: [dx, dGain, dShift]. */
export function layerNormGrad(gradient: Tensor, x: Tensor, gain: Tensor1D, epsilon: number): Tensor[] {
  return runKernel(kernelNames.layerNormGrad, { gradient, x, gain }, { epsilon }, () =>
    layerNormGradReference(gradient, x, gain, epsilon),
  );
}

export function layerNormGradReference(
  gradient: Tensor,
  x: Tensor,
  gain: Tensor1D,
  epsilon: number,
): Tensor[] {
  return tidy(() => {
    const width = x.shape.at(-1)!;
    const { normalized, inverseDeviation } = normalize(x, epsilon);
    const dNormalized = mul(gradient, gain);
    const centred = sub(dNormalized, mean(dNormalized, -1, true));
    const projection = mul(normalized, mean(mul(dNormalized, normalized), -1, true));
    const dx = mul(sub(centred, projection), inverseDeviation);
    const dGain = sum(reshape(mul(gradient, normalized), [-1, width]), 0);
    const dShift = sum(reshape(gradient, [-1, width]), 0);
    return [dx, dGain, dShift];
  });
}

function normalize(x: Tensor, epsilon: number): { normalized: Tensor; inverseDeviation: Tensor } {
  const centred = sub(x, mean(x, -1, true));
  const inverseDeviation = rsqrt(add(mean(square(centred), -1, true), epsilon));
  return { normalized: mul(centred, inverseDeviation), inverseDeviation };
}
