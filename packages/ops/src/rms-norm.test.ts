import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
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
import { rmsNorm } from './rms-norm';

const EPSILON = 1e-5;

const normalize = ([x, gain]: Tensor[]): Tensor => rmsNorm(x!, gain as Tensor1D, EPSILON);

describe.each(testBackends)('rmsNorm on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('divides by the root of the mean square without taking the mean away, epsilon inside the root', () => {
    tidy(() => {
      // Mean square (1 + 49) / 2 = 25; with an epsilon of 11 the root is 6.
      const y = rmsNorm(tensor1d([1, 7]), tensor1d([12, 6]), 11);
      expectClose(y, [2, 7], KERNEL_TOLERANCE);
    });
  });

  it('normalises each vector along the last axis by itself', () => {
    tidy(() => {
      const y = rmsNorm(tensor2d([3, 3, -10, 0], [2, 2]), tensor1d([1, 1]), 1e-12);
      expectClose(y, [1, 1, -Math.SQRT2, 0], KERNEL_TOLERANCE);
    });
  });

  it('has the gradients of numerical differentiation', () => {
    // Ten channels are no multiple of the four that a vector instruction takes.
    tidy(() => expectGradients(normalize, [seededTensor(1, 2, 2, 10), seededTensor(2, 10)]));
  });

  it('throws ShapeError when the gain does not have one value per channel', () => {
    tidy(() => {
      expect(() => rmsNorm(tensor1d([1, 3]), tensor1d([1, 1, 1]), EPSILON)).toThrow(
        'rmsNorm: gain must be [2], got [3]',
      );
    });
  });

  it('leaves no tensors behind', async () => {
    const inputs = [seededTensor(1, 3, 4), seededTensor(2, 4)];
    expect(await tensorsLeftBy(() => runWithGradients(normalize, inputs))).toBe(0);
    inputs.forEach((input) => input.dispose());
  });
});
