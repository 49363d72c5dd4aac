import { ShapeError } from '@restok/core';

/**
 * How often each row of a codebook is used.
 *
 * @param indices values 0 ... codebookSize - 1, in any shape, flattened.
 * @returns `[codebookSize]` counts.
 * @throws ShapeError when there are no indices, or one is not a row.
 */
export function countIndices(caller: string, indices: ArrayLike<number>, codebookSize: number): Float64Array {
  if (indices.length === 0) {
    throw new ShapeError(
      `${caller}: indices must hold at least one index, got none. Encode a picture first.`,
    );
  }
  const counts = new Float64Array(codebookSize);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(Number.isInteger(index) && index >= 0 && index < codebookSize)) {
      throw new ShapeError(
        `${caller}: indices must be whole numbers from 0 to ${codebookSize - 1}, got ${index} at position ${i}. Pass the codebook size of the model that made them.`,
        { codebookSize, actual: index, position: i },
      );
    }
    counts[index]!++;
  }
  return counts;
}
