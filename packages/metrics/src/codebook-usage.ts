import { countIndices } from './count-indices';
import type { Values } from './values';
import { flatValues } from './values';

/**
 * The share of a codebook's rows that occur at least once.
 *
 * @param indices of a whole data set: values 0 ... codebookSize - 1, in any shape: a tensor, or flattened.
 * @param codebookSize V, rows of the codebook.
 * @returns 0 to 1.
 * @throws ShapeError when there are no indices, or one is not a row.
 * @source method.md, section 10.
 */
export function codebookUsage(indices: Values, codebookSize: number): number {
  const counts = countIndices('codebookUsage', flatValues(indices), codebookSize);
  return counts.filter((count) => count > 0).length / codebookSize;
}
