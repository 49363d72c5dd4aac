import { ShapeError } from '@restok/core';
import { addFeatures, addSums, copyOf, emptySums } from './feature-sums';
import type { FeatureSums } from './feature-sums';
import { FRACTION_BITS, toBigInt } from './fixed-point';
import type { RowValues } from './values';
import { readRows } from './values';

/**
 * Mean and covariance of rows of features, with the exact sums that they come from.
 *
 * Features are rounded to multiples of 2^-40 (about 1e-12), and their sums and the sums of their products are kept
 * as whole numbers. So statistics of shards merge to the digits that one pass over all rows gives, in any number
 * and order. Mean and covariance are worked out when they are first asked for, and rounded once.
 */
export class FeatureStatistics {
  private meanOnceAsked: Float64Array | undefined;
  private covarianceOnceAsked: Float64Array | undefined;

  /** @param sums exact sums, kept as they are: store these to go on with later. */
  constructor(readonly sums: FeatureSums) {}

  /** Features in a row. */
  get dim(): number {
    return this.sums.dim;
  }

  /** Rows. */
  get count(): number {
    return this.sums.count;
  }

  /**
   * `[dim]`.
   *
   * @throws ShapeError when there are no rows.
   */
  get mean(): Float64Array {
    this.meanOnceAsked ??= meanOf(this.sums);
    return this.meanOnceAsked;
  }

  /**
   * `[dim, dim]`, flattened; divisor count - 1.
   *
   * @throws ShapeError when there are fewer than two rows.
   */
  get covariance(): Float64Array {
    this.covarianceOnceAsked ??= covarianceOf(this.sums);
    return this.covarianceOnceAsked;
  }
}

/**
 * Statistics of rows of features.
 *
 * @param features `[rows, dim]`, below 2^23 in magnitude.
 * @param dim where they are flattened.
 * @throws ShapeError when the values do not fill rows, or one is not a number or too large.
 * @source M. Heusel et al., arXiv 1706.08500; method.md, section 10.
 */
export function featureStatistics(features: RowValues, dim?: number): FeatureStatistics {
  const caller = 'featureStatistics';
  const { values, width } = readRows(caller, features, dim);
  return new FeatureStatistics(addFeatures(caller, emptySums(caller, width), values));
}

/**
 * Statistics of the rows of both: exactly those that one pass over all rows gives.
 *
 * @throws ShapeError when the numbers of features differ.
 */
export function merge(a: FeatureStatistics, b: FeatureStatistics): FeatureStatistics {
  if (a.dim !== b.dim) {
    throw new ShapeError(
      `merge: b must have ${a.dim} features as a has, got ${b.dim}. Merge statistics of one network's layer.`,
      { expected: a.dim, actual: b.dim },
    );
  }
  return new FeatureStatistics(addSums(copyOf(a.sums), b.sums));
}

/** Gathers statistics batch by batch, without a copy of the sums for each. */
export class FeatureAccumulator {
  private sums: FeatureSums;

  /** @throws ShapeError when `dim` is not a whole number from 1 on. */
  constructor(dim: number) {
    this.sums = emptySums('FeatureAccumulator', dim);
  }

  /**
   * @param features `[rows, dim]`, flattened.
   * @throws ShapeError as `featureStatistics` does; nothing is added then.
   */
  add(features: ArrayLike<number>): void {
    this.sums = addFeatures('FeatureAccumulator.add', this.sums, features);
  }

  /** Statistics of all rows so far; what is added later does not change them. */
  statistics(): FeatureStatistics {
    return new FeatureStatistics(copyOf(this.sums));
  }
}

function meanOf({ dim, count, features }: FeatureSums): Float64Array {
  checkRows('mean', count, 1);
  return Float64Array.from(
    { length: dim },
    (_, i) => (Number(toBigInt(features, i, dim)) * 2 ** -FRACTION_BITS) / count,
  );
}

/** (n Σ x y - Σ x Σ y) / (n (n - 1)): the numerator exactly, so nothing cancels. */
function covarianceOf({ dim, count, features, products }: FeatureSums): Float64Array {
  checkRows('covariance', count, 2);
  const pairs = (dim * (dim + 1)) / 2;
  const sums = Array.from({ length: dim }, (_, i) => toBigInt(features, i, dim));
  const rows = BigInt(count);
  const scale = 2 ** (-2 * FRACTION_BITS) / count / (count - 1);
  const covariance = new Float64Array(dim * dim);
  for (let i = 0, pair = 0; i < dim; i++) {
    for (let j = i; j < dim; j++, pair++) {
      const numerator = rows * toBigInt(products, pair, pairs) - sums[i]! * sums[j]!;
      covariance[i * dim + j] = Number(numerator) * scale;
      covariance[j * dim + i] = covariance[i * dim + j]!;
    }
  }
  return covariance;
}

function checkRows(what: string, count: number, least: number): void {
  if (count < least) {
    throw new ShapeError(
      `FeatureStatistics: ${what} needs at least ${least} row${least === 1 ? '' : 's'}, got ${count}. Add features first.`,
      { expected: least, actual: count },
    );
  }
}
