import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import {
  expectClose,
  KERNEL_TOLERANCE,
  runWithGradients,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { entropyTerm } from './entropy-term';

/** Distances 0.01 log 3 apart give assignments of 3/4 and 1/4. */
const STEP = 0.01 * Math.log(3);

/** Entropy in nats, with what the term adds inside the logarithm. */
const entropyOf = (shares: readonly number[], offset: number): number =>
  -shares.reduce((total, share) => total + share * Math.log(share + offset), 0);

const OFFSET = 1e-5;
const ENTROPY_OF_HALVES = entropyOf([0.5, 0.5], OFFSET);

/** What the offset leaves of terms that are 0 without it: less than V · 1e-5, and single precision of order 1. */
const NEARLY_ZERO = 3e-5;

describe.each(testBackends)('entropyTerm on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('is minus the entropy of the mean where each latent is sure', () => {
    tidy(() => {
      const sure = tensor2d([0, 1, 1, 0], [2, 2]);
      expectClose(entropyTerm(sure), [-ENTROPY_OF_HALVES], KERNEL_TOLERANCE);
    });
  });

  it('is about 0 where all latents are assigned alike', () => {
    tidy(() => {
      const alike = tensor2d([0, STEP, 0, STEP], [2, 2]);
      expect(Math.abs(entropyTerm(alike).dataSync()[0]!)).toBeLessThan(NEARLY_ZERO);
    });
  });

  it('is the mean entropy minus the entropy of the mean', () => {
    tidy(() => {
      // Assignments (3/4, 1/4) and (1/4, 3/4), whose mean is (1/2, 1/2).
      const opposite = tensor2d([0, STEP, STEP, 0], [2, 2]);
      expectClose(entropyTerm(opposite), [entropyOf([0.75, 0.25], 0) - ENTROPY_OF_HALVES], KERNEL_TOLERANCE);
    });
  });

  it('stays finite where a row is far from every latent', () => {
    tidy(() => {
      const far = tensor2d([0, 1000, 0, 1000], [2, 2]);
      expect(Math.abs(entropyTerm(far).dataSync()[0]!)).toBeLessThan(NEARLY_ZERO);
    });
  });

  it('leaves no tensors behind', async () => {
    const distances = tensor2d([0, STEP, STEP, 0], [2, 2]);
    const compute = ([x]: Tensor[]): Tensor => entropyTerm(x as Tensor2D);
    expect(await tensorsLeftBy(() => runWithGradients(compute, [distances]))).toBe(0);
    distances.dispose();
  });
});
