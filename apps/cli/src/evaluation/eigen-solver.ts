import { lapackEigenSolver } from '@restok/backend-node';
import type { FrechetOptions } from '@restok/metrics';
import { symmetricEigenvalues } from '@restok/metrics';

/** What finds the eigenvalues of Fréchet distances. */
export interface EigenSolver extends Required<FrechetOptions> {
  /** What reports call it. */
  readonly name: string;
}

/** Ours, in JavaScript. */
export const plainEigenSolver: EigenSolver = {
  name: 'Householder and QL in JavaScript',
  eigenvalues: symmetricEigenvalues,
};

/**
 * LAPACK where the BLAS of this machine has it, else ours. It does not depend on `--backend`, so that a merge gives the
 * digits of one process.
 */
export function eigenSolver(): EigenSolver {
  return lapackEigenSolver() ?? plainEigenSolver;
}
