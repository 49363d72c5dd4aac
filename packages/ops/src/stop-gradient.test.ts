import type { Tensor } from '@tensorflow/tfjs-core';
import { grad, mul, square, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  expectClose,
  KERNEL_TOLERANCE,
  runWithGradients,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { stopGradient, straightThrough } from './stop-gradient';

describe.each(testBackends)('stopGradient on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('passes values', () => {
    tidy(() => expectClose(stopGradient(tensor1d([1, -2])), [1, -2], 0));
  });

  it('lets no gradient through, only that beside it', () => {
    tidy(() => {
      // x · x has the gradient 2x; with one factor stopped it is the other.
      const gradient = grad((x: Tensor) => mul(x, stopGradient(x)))(tensor1d([3, -4]));
      expect([...gradient.dataSync()]).toEqual([3, -4]);
      const none = grad((x: Tensor) => stopGradient(square(x)))(tensor1d([3, -4]));
      expectClose(none, [0, 0], 0);
    });
  });

  it('gives a tensor of its own and leaves none behind', async () => {
    const x = tensor1d([1, 2]);
    const compute = ([value]: Tensor[]): Tensor => stopGradient(value!);
    expect(await tensorsLeftBy(() => runWithGradients(compute, [x]))).toBe(0);
    expect([...x.dataSync()]).toEqual([1, 2]);
    x.dispose();
  });
});

describe.each(testBackends)('straightThrough on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('has the values of the replacement', () => {
    tidy(() => {
      const y = straightThrough(tensor1d([1, 2.5]), tensor1d([10, -7]));
      expectClose(y, [10, -7], KERNEL_TOLERANCE);
    });
  });

  it('hands the gradient to x unchanged, and none to what the replacement was made from', () => {
    tidy(() => {
      const compute = (x: Tensor): Tensor => straightThrough(mul(x, 2), square(x));
      const gradient = grad(compute)(tensor1d([5, 6]), tensor1d([3, -4]));
      expect([...gradient.dataSync()]).toEqual([6, -8]);
    });
  });

  it('throws ShapeError when the shapes differ', () => {
    tidy(() => {
      expect(() => straightThrough(tensor1d([1, 2]), tensor1d([1]))).toThrow(ShapeError);
      expect(() => straightThrough(tensor1d([1, 2]), tensor1d([1]))).toThrow('must be [2], got [1]');
    });
  });

  it('leaves no tensors behind', async () => {
    const [x, replacement] = [tensor1d([1, 2]), tensor1d([3, 4])];
    const compute = ([value]: Tensor[]): Tensor => straightThrough(value!, replacement);
    expect(await tensorsLeftBy(() => runWithGradients(compute, [x]))).toBe(0);
    [x, replacement].forEach((tensor) => tensor.dispose());
  });
});
