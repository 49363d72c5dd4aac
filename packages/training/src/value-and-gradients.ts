import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { engine, zerosLike } from '@tensorflow/tfjs-core';
import '@restok/ops/gradients';

/**
 * A loss and its gradients.
 *
 * @param loss computes a scalar from the tensors; may keep what it wants to see.
 * @param tensors with respect to which the gradients are.
 * @returns the value and one gradient per tensor (zeros where the loss does not depend on it), all owned by
 *   the caller.
 */
export function valueAndGradients(
  loss: () => Scalar,
  tensors: readonly Tensor[],
): { value: Scalar; gradients: Tensor[] } {
  const { value, grads } = engine().gradients(loss, [...tensors], undefined, true);
  return {
    value,
    gradients: grads.map((gradient: Tensor | null, i) => gradient ?? zerosLike(tensors[i]!)),
  };
}
