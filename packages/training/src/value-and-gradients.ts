import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { engine, tidy, zerosLike } from '@tensorflow/tfjs-core';
import '@restok/ops/gradients';

/**
 * A loss and its gradients.
 *
 * @param loss computes a scalar from the tensors; may keep what it wants to see.
 * @param tensors with respect to which the gradients are.
 * When the loss throws, nothing of it is left.
 *
 * @returns the value and one gradient per tensor (zeros where the loss does not depend on it), all owned by
 *   the caller.
 */
export function valueAndGradients(
  loss: () => Scalar,
  tensors: readonly Tensor[],
): { value: Scalar; gradients: Tensor[] } {
  try {
    return tidy(() => {
      const { value, grads } = engine().gradients(loss, [...tensors], undefined, true);
      return {
        value,
        gradients: grads.map((gradient: Tensor | null, i) => gradient ?? zerosLike(tensors[i]!)),
      };
    });
  } catch (error) {
    forgetTape();
    throw error;
  }
}

/** TensorFlow.js frees what the backward pass needs after that pass alone. */
function forgetTape(): void {
  const { state } = engine();
  state.activeTape?.forEach(({ saved }) => saved?.forEach((tensor) => tensor.dispose()));
  state.activeTape = [];
}
