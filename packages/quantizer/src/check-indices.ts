import type { Tensor2D } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';

/** Throws ShapeError naming the first of `[B, L]` indices that is not in 0 ... V-1. */
export function checkIndices(indices: Tensor2D, codebookSize: number): void {
  const values = indices.dataSync();
  const wrong = values.findIndex((index) => !(index >= 0 && index < codebookSize));
  if (wrong >= 0) {
    throw new ShapeError(
      `codesOf: indices must be in 0 ... ${codebookSize - 1}, got ${values[wrong]} at position ${wrong}. Use indices made by a model with this codebook.`,
      { index: values[wrong], position: wrong },
    );
  }
}
