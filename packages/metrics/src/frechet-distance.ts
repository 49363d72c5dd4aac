import { ShapeError } from '@restok/core';
import { symmetricEigenvalues } from './symmetric-eigenvalues';
import { congruent, symmetricFactor } from './symmetric-factor';

/** Statistics of a normal distribution: a `FeatureStatistics`, or what a file of statistics holds. */
export interface NormalStatistics {
  /** `[dim]`. */
  readonly mean: ArrayLike<number>;
  /** `[dim, dim]`, flattened, symmetric. */
  readonly covariance: ArrayLike<number>;
}

/** How a Fréchet distance is computed. */
export interface FrechetOptions {
  /**
   * Eigenvalues of a symmetric `[size, size]` matrix of which the lower triangle is read, in any order; a native
   * library's, such as `lapackEigenSolver` of `@restok/backend-node`, is quicker than ours in JavaScript.
   */
  eigenvalues?(matrix: Float64Array, size: number): ArrayLike<number>;
}

/**
 * Fréchet distance of two normal distributions: |µa - µb|² + tr(Σa + Σb - 2 (Σa Σb)^½).
 *
 * FID and rFID are this on pooled Inception features, sFID on spatial ones. The trace of the square root is the
 * sum of the square roots of the eigenvalues of Fᵀ Σb F with F Fᵀ = Σa, which is symmetric: so covariances of
 * fewer rows than features, which have no inverse, are no special case.
 *
 * @throws ShapeError when the numbers of features differ.
 * @source M. Heusel et al., arXiv 1706.08500; method.md, section 10.
 */
export function frechetDistance(
  a: NormalStatistics,
  b: NormalStatistics,
  options: FrechetOptions = {},
): number {
  const dim = a.mean.length;
  checkDims(a, b);
  const [covarianceA, covarianceB] = [a.covariance, b.covariance];
  let distance = 0;
  for (let i = 0; i < dim; i++) {
    distance += (a.mean[i]! - b.mean[i]!) ** 2;
    distance += covarianceA[i * dim + i]! + covarianceB[i * dim + i]!;
  }
  const factor = symmetricFactor(covarianceA, dim);
  const product = congruent(factor, covarianceB);
  const values = options.eigenvalues?.(product, factor.rank) ?? symmetricEigenvalues(product, factor.rank);
  for (let i = 0; i < values.length; i++) {
    distance -= 2 * Math.sqrt(Math.max(0, values[i]!));
  }
  return Math.max(0, distance);
}

function checkDims(a: NormalStatistics, b: NormalStatistics): void {
  for (const { mean, covariance } of [a, b]) {
    if (mean.length !== a.mean.length || covariance.length !== mean.length ** 2 || mean.length === 0) {
      throw new ShapeError(
        `frechetDistance: a and b must be means [dim] and covariances [dim, dim] of one dim, got ${a.mean.length} and ${a.covariance.length} against ${b.mean.length} and ${b.covariance.length} values. Take both from one network's layer.`,
        { actual: [a.mean.length, a.covariance.length, b.mean.length, b.covariance.length] },
      );
    }
  }
}
