import type { Tensor } from '@tensorflow/tfjs-core';
import { grad, tensor1d, tidy } from '@tensorflow/tfjs-core';
import {
  expectClose,
  expectGradients,
  KERNEL_TOLERANCE,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { gelu } from './gelu';

/** Φ(1) and φ(1) of the standard normal distribution. */
const DISTRIBUTION_AT_1 = 0.841344746;
const DENSITY_AT_1 = 0.241970725;

const compute = ([x]: Tensor[]): Tensor => gelu(x!);

describe.each(testBackends)('gelu on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('is x times the normal distribution at x', () => {
    tidy(() => {
      const y = gelu(tensor1d([0, 1, -1, 3, -3]));
      // Φ(3) = 0.998650102. The approximation by tanh would give 0.84119 for 1.
      const expected = [0, DISTRIBUTION_AT_1, DISTRIBUTION_AT_1 - 1, 2.995950306, -0.004049694];
      expectClose(y, expected, KERNEL_TOLERANCE / 10);
    });
  });

  it('is x or 0 where x is large', () => {
    tidy(() => {
      const values = gelu(tensor1d([50, -50, 1e4, -1e4])).dataSync();
      expectClose(values, [50, 0, 1e4, 0], KERNEL_TOLERANCE);
      expect(Math.abs(values[3]!)).toBeLessThan(1e-6);
    });
  });

  it('passes NaN on', () => {
    tidy(() => {
      expect([...gelu(tensor1d([Number.NaN, 1])).dataSync()].map(Number.isNaN)).toEqual([true, false]);
    });
  });

  it('rises by Φ(x) + x φ(x)', () => {
    tidy(() => {
      const slope = grad((x: Tensor) => gelu(x))(tensor1d([0, 1, -1, 50, -50]));
      const rise = DISTRIBUTION_AT_1 + DENSITY_AT_1;
      expectClose(slope, [0.5, rise, 1 - rise, 1, 0], KERNEL_TOLERANCE);
    });
  });

  it('has the gradient of numerical differentiation', () => {
    tidy(() => expectGradients(compute, [seededTensor(1, 3, 7)]));
  });

  it('leaves no tensors behind', async () => {
    const x = seededTensor(1, 5);
    expect(await tensorsLeftBy(() => runWithGradients(compute, [x]))).toBe(0);
    x.dispose();
  });
});
