import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { add, mul, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { checkChannels } from './check-channels';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';
import { sumToChannels } from './sum-to-channels';

/**
 * x + gamma · update, the residual connection with layer scale.
 *
 * @param x `[..., D]`.
 * @param update same shape as x.
 * @param gamma `[D]`.
 * @returns same shape as x, owned by the caller.
 * @throws ShapeError when the update has another shape than x, or gamma is not [D].
 * @source Touvron et al., arXiv 2103.17239; method.md, section 3.
 */
export function scaledResidual<X extends Tensor>(x: X, update: X, gamma: Tensor1D): X {
  if (x.shape.join() !== update.shape.join()) {
    throw new ShapeError(
      `scaledResidual: update must be [${x.shape.join(', ')}], got [${update.shape.join(', ')}]. Pass what was computed from x.`,
    );
  }
  checkChannels('scaledResidual', x.shape.at(-1)!, { gamma });
  return differentiable(
    [x, update, gamma],
    () =>
      runKernel(kernelNames.scaledResidual, { x, update, gamma }, {}, () => [
        scaledResidualReference(x, update, gamma),
      ])[0] as X,
    (gradient, [, savedUpdate, savedGamma]) => [
      gradient.clone(),
      ...scaledResidualGrad(gradient, savedUpdate!, savedGamma as Tensor1D),
    ],
  );
}

export function scaledResidualReference(x: Tensor, update: Tensor, gamma: Tensor1D): Tensor {
  return add(x, mul(update, gamma));
}

/** Gradients of {@link scaledResidual} with respect to the update and gamma: [g · gamma, Σ g · update]. */
export function scaledResidualGrad(gradient: Tensor, update: Tensor, gamma: Tensor1D): Tensor[] {
  return runKernel(kernelNames.scaledResidualGrad, { gradient, update, gamma }, {}, () =>
    scaledResidualGradReference(gradient, update, gamma),
  );
}

export function scaledResidualGradReference(gradient: Tensor, update: Tensor, gamma: Tensor1D): Tensor[] {
  return tidy(() => [mul(gradient, gamma), sumToChannels(mul(gradient, update))]);
}
