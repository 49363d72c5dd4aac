import { ShapeError } from '@restok/core';

/** How a set is scored. */
export interface InceptionScoreOptions {
  /**
   * Score parts of this many rows, in their order, and give the mean of the scores, as the ADM evaluation suite
   * does with 5000; the last part may be shorter. Without it the whole set is scored at once, as evaluations of
   * tokenizers do.
   */
  readonly splitSize?: number;
}

/**
 * Inception score: exp of the mean, over pictures, of the Kullback-Leibler divergence of a picture's class
 * probabilities from those of the set.
 *
 * @param probabilities `[rows, numClasses]`, flattened: softmax of a classifier's logits.
 * @returns 1 (all pictures alike, or none told apart) to numClasses.
 * @throws ShapeError when the values do not fill rows, or `splitSize` is not a whole number from 1 on.
 * @source T. Salimans et al., arXiv 1606.03498; method.md, section 10.
 */
export function inceptionScore(
  probabilities: ArrayLike<number>,
  numClasses: number,
  { splitSize }: InceptionScoreOptions = {},
): number {
  const rows = probabilities.length / numClasses;
  if (rows === 0 || !Number.isInteger(rows)) {
    throw new ShapeError(
      `inceptionScore: probabilities must be [rows, ${numClasses}], got ${probabilities.length} values. Pass whole rows.`,
      { numClasses, actual: probabilities.length },
    );
  }
  const size = splitSize ?? rows;
  if (!Number.isInteger(size) || size < 1) {
    throw new ShapeError(
      `inceptionScore: splitSize must be a whole number from 1 on, got ${size}. Use 5000, or leave it out.`,
      { actual: size },
    );
  }
  let sum = 0;
  let parts = 0;
  for (let start = 0; start < rows; start += size) {
    sum += scoreOf(probabilities, numClasses, start, Math.min(rows, start + size));
    parts++;
  }
  return sum / parts;
}

/** exp of (Σ p log p over rows and classes) / rows - Σ q log q over classes, q being the mean of p. */
function scoreOf(probabilities: ArrayLike<number>, numClasses: number, start: number, end: number): number {
  const mean = new Float64Array(numClasses);
  let ofRows = 0;
  for (let row = start; row < end; row++) {
    for (let c = 0; c < numClasses; c++) {
      const p = probabilities[row * numClasses + c]!;
      ofRows += timesLog(p);
      mean[c]! += p / (end - start);
    }
  }
  return Math.exp(ofRows / (end - start) - mean.reduce((sum, q) => sum + timesLog(q), 0));
}

/** p log p, which is 0 at 0. */
function timesLog(p: number): number {
  return p === 0 ? 0 : p * Math.log(p);
}

/**
 * Softmax of each row.
 *
 * @param logits `[rows, numClasses]`, flattened.
 * @returns the same shape.
 */
export function softmaxRows(logits: ArrayLike<number>, numClasses: number): Float64Array {
  const probabilities = Float64Array.from(logits);
  for (let start = 0; start < probabilities.length; start += numClasses) {
    const row = probabilities.subarray(start, start + numClasses);
    const largest = row.reduce((most, value) => Math.max(most, value), -Infinity);
    const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0);
    row.forEach((value, c) => (row[c] = Math.exp(value - largest) / sum));
  }
  return probabilities;
}
