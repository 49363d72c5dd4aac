import type { Tensor2D } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';

/** Throws ShapeError when indices are no int32 `[B, L]`, or naming the first that is not in 0 ... V-1. */
export function checkIndices(indices: Tensor2D, codebookSize: number): void {
  if (typeof indices !== 'object' || indices === null || !('shape' in indices)) {
    throw new ShapeError(
      "codesOf: indices must be int32 [B, L], a tensor. Make one: tensor2d(values, [1, L], 'int32').",
    );
  }
  if (indices.rank !== 2 || indices.dtype !== 'int32') {
    throw new ShapeError(
      `codesOf: indices must be int32 [B, L], got ${indices.dtype} [${indices.shape.join(', ')}]. Use indices made by encode.`,
    );
  }
  const values = indices.dataSync();
  const wrong = values.findIndex((index) => !(index >= 0 && index < codebookSize));
  if (wrong >= 0) {
    throw new ShapeError(
      `codesOf: indices must be in 0 ... ${codebookSize - 1}, got ${values[wrong]} at position ${wrong}. Use indices made by a model with this codebook.`,
      { index: values[wrong], position: wrong },
    );
  }
}
