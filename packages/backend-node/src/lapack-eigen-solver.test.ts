import { Random } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { openBlasLibrary } from './gemm/blas-library';
import type { LapackEigenSolver } from './lapack-eigen-solver';
import { lapackEigenSolver } from './lapack-eigen-solver';

/** Double precision, for eigenvalues up to about 10. */
const DOUBLE_PRECISION = 1e-13;
/** That of a matrix of 2048 rows whose eigenvalues are up to 1. */
const LARGE_PRECISION = 1e-12;

/** Inception's features. */
const INCEPTION_DIM = 2048;

const sorted = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [inA, inB] = [sorted(a), sorted(b)];
  return inA.reduce((largest, value, i) => Math.max(largest, Math.abs(value - inB[i]!)), 0);
}

/** Turns a symmetric matrix H A H by a drawn reflection H = 1 - 2 u uᵀ / |u|², in place: eigenvalues stay. */
function reflect(matrix: Float64Array, size: number, random: Random): void {
  const u = Float64Array.from({ length: size }, () => random.normal());
  const squares = u.reduce((sum, value) => sum + value * value, 0);
  const product = Float64Array.from(u, (_, i) =>
    u.reduce((sum, value, k) => sum + matrix[i * size + k]! * value, 0),
  );
  const overlap = u.reduce((sum, value, i) => sum + value * product[i]!, 0) / squares;
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const crossed = u[i]! * product[k]! + product[i]! * u[k]! - 2 * overlap * u[i]! * u[k]!;
      matrix[i * size + k]! -= (2 / squares) * crossed;
    }
  }
}

/** A full matrix with known eigenvalues. */
function rotated(eigenvalues: ArrayLike<number>, seed: number): Float64Array {
  const size = eigenvalues.length;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    matrix[i * size + i] = eigenvalues[i]!;
  }
  const random = new Random(seed);
  reflect(matrix, size, random);
  reflect(matrix, size, random);
  return matrix;
}

const solver = lapackEigenSolver();

/** In the place of a solver in tests that are skipped. */
const absent: LapackEigenSolver = {
  name: '',
  eigenvalues: () => {
    throw new Error('not here');
  },
};

describe('lapackEigenSolver', () => {
  it('is there where the BLAS of this machine is OpenBLAS, MKL or Accelerate', () => {
    let path: string | undefined;
    try {
      ({ path } = openBlasLibrary());
    } catch {
      // No BLAS at all.
    }
    expect(solver !== undefined).toBe(/openblas|mkl|accelerate/i.test(path ?? ''));
  });

  // Only where the BLAS of this machine has LAPACK; elsewhere ours is used, which has tests of its own.
  describe.skipIf(solver === undefined)('with a library (where there is one)', () => {
    const { eigenvalues, name } = solver ?? absent;

    it('says what it is', () => {
      expect(name).toMatch(/^LAPACK dsyevd \(.+\)$/);
    });

    it('finds those of matrices worked out by hand, in their order', () => {
      expect([...eigenvalues(Float64Array.of(7), 1)]).toEqual([7]);
      expect(eigenvalues(new Float64Array(0), 0)).toHaveLength(0);
      // Trace 6, and the rows of a circulant matrix.
      const circulant = eigenvalues(Float64Array.of(2, 1, 1, 1, 2, 1, 1, 1, 2), 3);
      [1, 1, 4].forEach((value, i) => expect(Math.abs(circulant[i]! - value)).toBeLessThan(DOUBLE_PRECISION));
    });

    it('reads only the lower triangle, and leaves it as it is', () => {
      const matrix = Float64Array.of(2, 99, 1, 2);
      expect(largestDifference(eigenvalues(matrix, 2), [1, 3])).toBeLessThan(DOUBLE_PRECISION);
      expect([...matrix]).toEqual([2, 99, 1, 2]);
    });

    it('finds those that a matrix was given, also where eigenvalues repeat or are zero', () => {
      const random = new Random(5);
      const known = Array.from({ length: 80 }, (_, i) => (i < 10 ? 3 : i < 25 ? 0 : 5 * random.uniform()));
      expect(largestDifference(eigenvalues(rotated(known, 6), 80), known)).toBeLessThan(DOUBLE_PRECISION);
    });

    it('finds those of a full-rank matrix of the size of FID', () => {
      const known = Float64Array.from({ length: INCEPTION_DIM }, (_, i) => (i + 1) / INCEPTION_DIM);
      const found = eigenvalues(rotated(known, 7), INCEPTION_DIM);
      expect(largestDifference(found, known)).toBeLessThan(LARGE_PRECISION);
    });

    it('throws for what is not finite', () => {
      expect(() => eigenvalues(Float64Array.of(1, 0, Number.NaN, 1), 2)).toThrow(RangeError);
    });
  });
});
