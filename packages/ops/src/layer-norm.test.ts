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
import { layerNorm } from './layer-norm';

const EPSILON = 1e-5;

const normalize = ([x, gain, shift]: Tensor[]): Tensor =>
  layerNorm(x!, gain as Tensor1D, shift as Tensor1D, EPSILON);

describe.each(testBackends)('layerNorm on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('divides by the biased deviation, with epsilon inside the root', () => {
    tidy(() => {
      // Mean 2, variance 1 (2 if it were unbiased); with an epsilon of 3 the root is 2.
      const y = layerNorm(tensor1d([1, 3]), tensor1d([2, 3]), tensor1d([10, 20]), 3);
      expectClose(y, [9, 21.5], KERNEL_TOLERANCE);
    });
  });

  it('normalises each vector along the last axis by itself', () => {
    tidy(() => {
      const y = layerNorm(tensor2d([1, 3, -10, 30], [2, 2]), tensor1d([1, 1]), tensor1d([0, 0]), 1e-9);
      expectClose(y, [-1, 1, -1, 1], KERNEL_TOLERANCE);
    });
  });

  it('gives the shift for a vector of equal values', () => {
    tidy(() => {
      const y = layerNorm(tensor2d([5, 5, 5], [1, 3]), tensor1d([2, 3, 4]), tensor1d([1, 2, 3]), EPSILON);
      expectClose(y, [1, 2, 3], KERNEL_TOLERANCE);
    });
  });

  it('stays exact for a small spread about a large mean', () => {
    tidy(() => {
      const y = layerNorm(tensor1d([4095, 4097]), tensor1d([1, 1]), tensor1d([0, 0]), 1e-9);
      expectClose(y, [-1, 1], KERNEL_TOLERANCE);
    });
  });

  it('has the gradients of numerical differentiation', () => {
    // Ten channels are no multiple of the four that a vector instruction takes.
    tidy(() =>
      expectGradients(normalize, [seededTensor(1, 2, 2, 10), seededTensor(2, 10), seededTensor(3, 10)]),
    );
  });

  it('throws ShapeError when gain or shift does not have one value per channel', () => {
    tidy(() => {
      const [x, two, three] = [tensor1d([1, 3]), tensor1d([1, 1]), tensor1d([1, 1, 1])];
      expect(() => layerNorm(x, three, two, EPSILON)).toThrow(ShapeError);
      expect(() => layerNorm(x, three, two, EPSILON)).toThrow('layerNorm: gain must be [2], got [3]');
      expect(() => layerNorm(x, two, three, EPSILON)).toThrow('layerNorm: shift must be [2], got [3]');
    });
  });

  it('leaves no tensors behind', async () => {
    const inputs = [seededTensor(1, 3, 4), seededTensor(2, 4), seededTensor(3, 4)];
    expect(await tensorsLeftBy(() => runWithGradients(normalize, inputs))).toBe(0);
    inputs.forEach((input) => input.dispose());
  });
});
