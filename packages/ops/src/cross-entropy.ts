import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { cast, logSumExp, mul, oneHot, reshape, softmax, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';

/**
 * -log softmax(logits)[target] of each row.
 *
 * @param logits `[N, V]` float32.
 * @param targets `[N]` int32 in 0 ... V-1; they receive no gradient. Values are not checked.
 * @returns `[N]`, owned by the caller.
 * @throws ShapeError when there is not one target for each row.
 * @source method.md, section 9.
 */
export function crossEntropy(logits: Tensor2D, targets: Tensor1D): Tensor1D {
  if (targets.size !== logits.shape[0]) {
    throw new ShapeError(
      `crossEntropy: targets must be [${logits.shape[0]}], got [${targets.shape.join(', ')}]. Pass one for each row of logits.`,
    );
  }
  return differentiable(
    [logits],
    () =>
      runKernel(kernelNames.crossEntropy, { logits, targets }, {}, () => [
        crossEntropyReference(logits, targets),
      ])[0] as Tensor1D,
    (gradient, [savedLogits, savedTargets]) => [
      crossEntropyGrad(gradient, savedLogits as Tensor2D, savedTargets as Tensor1D),
    ],
    [targets],
  );
}

export function crossEntropyReference(logits: Tensor2D, targets: Tensor1D): Tensor1D {
  return sub(logSumExp(logits, 1), sum(mul(logits, chosen(logits, targets)), 1));
}

/** Gradient of {@link crossEntropy} with respect to the logits. */
export function crossEntropyGrad(gradient: Tensor1D, logits: Tensor2D, targets: Tensor1D): Tensor {
  return runKernel(kernelNames.crossEntropyGrad, { gradient, logits, targets }, {}, () => [
    crossEntropyGradReference(gradient, logits, targets),
  ])[0]!;
}

export function crossEntropyGradReference(gradient: Tensor1D, logits: Tensor2D, targets: Tensor1D): Tensor {
  return tidy(() =>
    mul(sub(softmax(logits), chosen(logits, targets)), reshape(gradient, [logits.shape[0], 1])),
  );
}

/** 1 at each row's target, 0 elsewhere, `[N, V]`. */
function chosen(logits: Tensor2D, targets: Tensor1D): Tensor2D {
  return cast(oneHot(targets, logits.shape[1]), 'float32') as Tensor2D;
}
