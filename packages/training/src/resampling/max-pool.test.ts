import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { grads, sum, tensor4d } from '@tensorflow/tfjs-core';
import {
  expectClose,
  expectGradients,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { adaptiveMaxPool, maxPool2x } from './max-pool';

describe.each(testBackends)('on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  const gradientOf = (compute: (x: Tensor4D) => Tensor, x: Tensor4D): Tensor =>
    grads((y: Tensor) => sum(compute(y as Tensor4D)))([x])[0]!;

  describe('maxPool2x', () => {
    it('keeps the largest of each four and drops a last odd row and column', () => {
      const x = tensor4d([-1, -2, 9, -3, -4, 9, 9, 9, 9], [1, 3, 3, 1]);
      expectClose(maxPool2x(x), [-1], 0);
      expectClose(gradientOf(maxPool2x, x), [1, 0, 0, 0, 0, 0, 0, 0, 0], 0);
    });

    it('keeps channels apart and gives the first of equal ones the gradient', () => {
      const x = tensor4d([5, 1, 5, 2, 0, 3, 0, 3], [1, 2, 2, 2]);
      expectClose(maxPool2x(x), [5, 3], 0);
      expectClose(gradientOf(maxPool2x, x), [1, 0, 0, 0, 0, 1, 0, 0], 0);
    });

    it('has the gradient of what it computes, in every picture of a batch', () => {
      // Far apart, so that no largest value changes within the numerical gradient's steps.
      const values = [3, 1, 0, 7, 5, 2, 8, 4, 6, 9, 12, 10, 11, 15, 13, 14];
      const x = tensor4d([...values, ...[...values].reverse()], [2, 4, 4, 1]);
      expectGradients(([y]: Tensor[]) => maxPool2x(y as Tensor4D), [x]);
    });
  });

  describe('adaptiveMaxPool', () => {
    it('covers overlapping windows where the size does not divide', () => {
      const x = tensor4d([1, 5, 2, 4, 3, 0, 7, 6, 8], [1, 3, 3, 1]);
      // Rows and columns 0-1 and 1-2.
      expectClose(adaptiveMaxPool(x, 2, 2), [5, 5, 7, 8], 0);
      expectClose(
        gradientOf((y) => adaptiveMaxPool(y, 2, 2), x),
        [0, 2, 0, 0, 0, 0, 1, 0, 1],
        0,
      );
    });

    it('repeats pixels of a smaller picture', () => {
      const x = tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
      expectClose(adaptiveMaxPool(x, 4, 2), [1, 2, 1, 2, 3, 4, 3, 4], 0);
      expectClose(
        gradientOf((y) => adaptiveMaxPool(y, 4, 2), x),
        [2, 2, 2, 2],
        0,
      );
    });

    it('leaves no tensors behind', async () => {
      const x = seededTensor(1, 1, 3, 3, 2);
      const run = () => runWithGradients(([y]: Tensor[]) => adaptiveMaxPool(y as Tensor4D, 2, 2), [x]);
      expect(await tensorsLeftBy(run)).toBe(0);
    });
  });
});
