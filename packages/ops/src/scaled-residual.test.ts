import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
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
import { scaledResidual } from './scaled-residual';

const compute = ([x, update, gamma]: Tensor[]): Tensor => scaledResidual(x!, update!, gamma as Tensor1D);

describe.each(testBackends)('scaledResidual on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('adds the update, each channel by its own scale', () => {
    tidy(() => {
      const y = scaledResidual(
        tensor2d([
          [1, 2],
          [3, 4],
        ]),
        tensor2d([
          [10, 20],
          [30, 40],
        ]),
        tensor1d([0.5, -1]),
      );
      expectClose(y, [6, -18, 18, -36], KERNEL_TOLERANCE);
    });
  });

  it('has the gradients of numerical differentiation', () => {
    tidy(() =>
      expectGradients(compute, [seededTensor(1, 2, 2, 5), seededTensor(2, 2, 2, 5), seededTensor(3, 5)]),
    );
  });

  it('throws ShapeError when the update or the scale does not fit', () => {
    tidy(() => {
      const [x, update, gamma] = [seededTensor(1, 2, 3), seededTensor(1, 3), seededTensor(1, 3) as Tensor1D];
      expect(() => scaledResidual(x, update, gamma)).toThrow(ShapeError);
      expect(() => scaledResidual(x, update, gamma)).toThrow('update must be [2, 3], got [3]');
      expect(() => scaledResidual(x, x, tensor1d([1]))).toThrow('scaledResidual: gamma must be [3], got [1]');
    });
  });

  it('leaves no tensors behind', async () => {
    const inputs = [seededTensor(1, 2, 3), seededTensor(2, 2, 3), seededTensor(3, 3)];
    expect(await tensorsLeftBy(() => runWithGradients(compute, inputs))).toBe(0);
    inputs.forEach((input) => input.dispose());
  });
});
