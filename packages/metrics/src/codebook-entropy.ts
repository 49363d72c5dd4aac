import { countIndices } from './count-indices';
import type { Values } from './values';
import { flatValues } from './values';

/**
 * Entropy of the use of a codebook's rows, -Σ p log2(p + 1e-8), p being the share of each row.
 *
 * @param indices of a whole data set: values 0 ... codebookSize - 1, in any shape: a tensor, or flattened.
 * @param codebookSize V, rows of the codebook.
 * @returns bits: log2 V when every row is used equally often, 0 when one row is used alone.
 * @throws ShapeError when there are no indices, or one is not a row.
 * @source method.md, section 10.
 * @asIs The 1e-8 keeps the logarithm finite at p = 0, where the term is 0 in any case; it moves the result by
 * less than V * 1.5e-8 bits.
 */
export function codebookEntropy(indices: Values, codebookSize: number): number {
  const flat = flatValues(indices);
  const counts = countIndices('codebookEntropy', flat, codebookSize);
  return counts.reduce((entropy, count) => {
    const share = count / flat.length;
    return entropy - share * Math.log2(share + 1e-8);
  }, 0);
}
