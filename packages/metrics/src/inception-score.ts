import { ShapeError } from '@restok/core';
import type { RowValues } from './values';
import { readRows } from './values';

/** How a set is scored: at once, as evaluations of tokenizers do, unless one of these is given. */
export interface InceptionScoreOptions {
  /** Score so many parts, as equal as can be, and give the mean of the scores. */
  readonly splits?: number;
  /** Score parts of this many rows, as the ADM evaluation suite does with 5000; the last part may be shorter. */
  readonly splitSize?: number;
}

/**
 * Inception score: exp of the mean, over pictures, of the Kullback-Leibler divergence of a picture's class
 * probabilities from those of the set.
 *
 * @param probabilities `[rows, classes]`: softmax of a classifier's logits. Parts are taken in the order of rows.
 * @returns 1 (all pictures alike, or none told apart) to the number of classes.
 * @throws ShapeError when the values do not fill rows, or `splits` or `splitSize` cannot be.
 * @source T. Salimans et al., arXiv 1606.03498; method.md, section 10.
 */
export function inceptionScore(probabilities: RowValues, options?: InceptionScoreOptions): number;
/** The same of flattened rows. */
export function inceptionScore(
  probabilities: RowValues,
  numClasses: number,
  options?: InceptionScoreOptions,
): number;
export function inceptionScore(
  probabilities: RowValues,
  classesOrOptions?: number | InceptionScoreOptions,
  optionsOfFlat: InceptionScoreOptions = {},
): number {
  const given = typeof classesOrOptions === 'number' ? classesOrOptions : undefined;
  const options = typeof classesOrOptions === 'object' ? classesOrOptions : optionsOfFlat;
  const { values, width: numClasses } = readRows('inceptionScore', probabilities, given);
  const rows = values.length / numClasses;
  if (rows === 0 || !Number.isInteger(rows)) {
    throw new ShapeError(
      `inceptionScore: probabilities must be [rows, ${numClasses}], got ${values.length} values. Pass whole rows.`,
      { numClasses, actual: values.length },
    );
  }
  const ends = endsOfParts(rows, options);
  const scores = ends.map((end, part) => scoreOf(values, numClasses, ends[part - 1] ?? 0, end));
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** The row after the last of every part. */
function endsOfParts(rows: number, { splits, splitSize }: InceptionScoreOptions): number[] {
  if (splits !== undefined && splitSize !== undefined) {
    throw new ShapeError('inceptionScore: splits and splitSize exclude each other, got both. Leave one out.');
  }
  if (splits !== undefined) {
    if (!Number.isInteger(splits) || splits < 1 || splits > rows) {
      throw new ShapeError(
        `inceptionScore: splits must be a whole number from 1 to ${rows}, the rows, got ${splits}. Use 10, or leave it out.`,
        { actual: splits },
      );
    }
    return Array.from({ length: splits }, (_, part) => Math.floor(((part + 1) * rows) / splits));
  }
  const size = splitSize ?? rows;
  if (!Number.isInteger(size) || size < 1) {
    throw new ShapeError(
      `inceptionScore: splitSize must be a whole number from 1 on, got ${size}. Use 5000, or leave it out.`,
      { actual: size },
    );
  }
  return Array.from({ length: Math.ceil(rows / size) }, (_, part) => Math.min(rows, (part + 1) * size));
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
