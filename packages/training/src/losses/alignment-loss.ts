import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { mul, relu, sub, sum, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { l2Normalize } from '@restok/ops';
import { stepwiseMean } from '../stepwise-mean';

/**
 * Cosine of vectors along the last axis.
 *
 * @param a `[..., F]`.
 * @param b same shape.
 * @returns `[...]`, owned by the caller.
 * @throws ShapeError when the shapes differ.
 */
export function cosineSimilarity(a: Tensor, b: Tensor): Tensor {
  if (a.shape.join() !== b.shape.join()) {
    throw new ShapeError(
      `cosineSimilarity: b must be [${a.shape.join(', ')}], got [${b.shape.join(', ')}]. Compare features of one grid and width.`,
    );
  }
  return tidy(() => sum(mul(l2Normalize(a), l2Normalize(b)), -1));
}

/**
 * Hinge on a cosine: mean relu(1 - margin - cos), 0 once features are aligned up to the margin.
 *
 * @param cosine from {@link cosineSimilarity}.
 * @returns owned by the caller.
 * @source method.md, section 8 (feature alignment).
 */
export function cosineMarginLoss(cosine: Tensor, margin: number): Scalar {
  return tidy(() => stepwiseMean(relu(sub(1 - margin, cosine))));
}
