import { lapackEigenSolver } from '@restok/backend-node';
import { Random } from '@restok/core';
import { featureStatistics, frechetDistance } from '@restok/metrics';
import { describe, expect, it } from 'vitest';
import { eigenSolver, plainEigenSolver } from './eigen-solver';

/** Double precision, of eigenvalues up to about 100. */
const ROUNDING = 1e-12;
/** Roots of rounded eigenvalues, summed. */
const DISTANCE_ROUNDING = 1e-9;

/** Statistics of drawn rows of 40 features; fewer rows than features leave the covariance short of rank. */
function statistics(seed: number, rows: number): ReturnType<typeof featureStatistics> {
  const random = new Random(seed);
  return featureStatistics(
    Float64Array.from({ length: rows * 40 }, (_, i) => random.normal() * (1 + (i % 40) / 40)),
    40,
  );
}

const lapack = lapackEigenSolver();

describe('eigenSolver', () => {
  it('takes LAPACK where there is one, and says so', () => {
    expect(eigenSolver().name).toBe(lapack?.name ?? 'Householder and QL in JavaScript');
  });

  // Only where the BLAS of this machine has LAPACK: there is no second solver to compare ours with otherwise.
  it.skipIf(lapack === undefined)('finds the eigenvalues of ours by LAPACK (where there is one)', () => {
    for (const rows of [60, 12]) {
      const covariance = Float64Array.from(statistics(1, rows).covariance);
      const [ours, theirs] = [plainEigenSolver, lapack!].map((solver) =>
        Float64Array.from(solver.eigenvalues(covariance, 40)).sort(),
      );
      ours!.forEach((value, i) => expect(Math.abs(value - theirs![i]!)).toBeLessThan(ROUNDING));
    }
  });

  it.skipIf(lapack === undefined)(
    'gives the Fréchet distance of ours by LAPACK, of full rank and less (where there is one)',
    () => {
      for (const rows of [60, 12]) {
        const [a, b] = [statistics(2, rows), statistics(3, rows)];
        const ours = frechetDistance(a, b, plainEigenSolver);
        expect(ours).toBeGreaterThan(1);
        expect(Math.abs(frechetDistance(a, b, lapack) - ours)).toBeLessThan(DISTANCE_ROUNDING);
        expect(frechetDistance(a, b)).toBe(ours);
      }
    },
  );
});
