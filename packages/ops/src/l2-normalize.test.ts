import type { Tensor } from '@tensorflow/tfjs-core';
import { grad, tensor2d, tidy } from '@tensorflow/tfjs-core';
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
import { l2Normalize } from './l2-normalize';

const compute = ([x]: Tensor[]): Tensor => l2Normalize(x!);

describe.each(testBackends)('l2Normalize on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('gives every vector the length 1', () => {
    tidy(() => {
      const y = l2Normalize(tensor2d([3, 4, -0.5, 0, 1e-3, -1e-3], [3, 2]));
      expectClose(y, [0.6, 0.8, -1, 0, Math.SQRT1_2, -Math.SQRT1_2], KERNEL_TOLERANCE);
    });
  });

  it('leaves the zero vector at zero, with a finite gradient', () => {
    tidy(() => {
      const zero = tensor2d([0, 0], [1, 2]);
      expect([...l2Normalize(zero).dataSync()]).toEqual([0, 0]);
      const gradient = grad((x: Tensor) => l2Normalize(x))(zero, tensor2d([1, -2], [1, 2]));
      // Divided by the smallest length, 1e-12.
      expectClose(gradient, [1e12, -2e12], KERNEL_TOLERANCE);
    });
  });

  it('sends back what is across the vector, over its length', () => {
    tidy(() => {
      // Along (0.6, 0.8) goes 0.6 of the gradient: ((1, 0) - 0.6 (0.6, 0.8)) / 5.
      const gradient = grad((x: Tensor) => l2Normalize(x))(
        tensor2d([3, 4], [1, 2]),
        tensor2d([1, 0], [1, 2]),
      );
      expectClose(gradient, [0.128, -0.096], KERNEL_TOLERANCE);
    });
  });

  it('has the gradient of numerical differentiation', () => {
    tidy(() => expectGradients(compute, [seededTensor(1, 2, 2, 5)]));
  });

  it('leaves no tensors behind', async () => {
    const x = seededTensor(1, 3, 2);
    expect(await tensorsLeftBy(() => runWithGradients(compute, [x]))).toBe(0);
    x.dispose();
  });
});
