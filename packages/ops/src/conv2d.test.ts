import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { ones, tensor1d, tensor4d, tidy, zeros } from '@tensorflow/tfjs-core';
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
import { conv2d } from './conv2d';

const convolve = ([x, filter, bias]: Tensor[]): Tensor =>
  conv2d(x as Tensor4D, filter as Tensor4D, bias as Tensor1D | undefined);

/** 1 2 3 | 4 5 6 | 7 8 9. */
const nine = (): Tensor4D => tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);

/** A filter of one channel that is 1 at one place. */
function tap(size: number, row: number, column: number): Tensor4D {
  const values = new Float32Array(size * size);
  values[row * size + column] = 1;
  return tensor4d(values, [size, size, 1, 1]);
}

describe.each(testBackends)('conv2d on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('adds up each pixel and its neighbours, with zeros outside', () => {
    tidy(() => {
      const y = conv2d(nine(), ones([3, 3, 1, 1]) as Tensor4D);
      expectClose(y, [12, 21, 16, 27, 45, 33, 24, 39, 28], KERNEL_TOLERANCE);
    });
  });

  it('looks up and to the right with the tap at the top right, without mirroring', () => {
    tidy(() => expectClose(conv2d(nine(), tap(3, 0, 2)), [0, 0, 0, 2, 3, 0, 5, 6, 0], KERNEL_TOLERANCE));
  });

  it('mixes channels by a filter of size 1 and adds the bias', () => {
    tidy(() => {
      const x = tensor4d([1, 2, 10, 0], [1, 1, 2, 2]);
      const filter = tensor4d([1, 2, 3, 4, 5, 6], [1, 1, 2, 3]);
      const y = conv2d(x, filter, tensor1d([0.5, 0, -1]));
      expectClose(y, [9.5, 12, 14, 10.5, 20, 29], KERNEL_TOLERANCE);
    });
  });

  it('reaches two pixels far with a filter of size 5', () => {
    tidy(() => expectClose(conv2d(nine(), tap(5, 4, 2)), [7, 8, 9, 0, 0, 0, 0, 0, 0], KERNEL_TOLERANCE));
  });

  it('needs only the middle of the filter for a single pixel', () => {
    tidy(() => {
      const filter = tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3, 1, 1]);
      expectClose(conv2d(tensor4d([2], [1, 1, 1, 1]), filter), [10], KERNEL_TOLERANCE);
    });
  });

  it('convolves each picture by itself', () => {
    tidy(() => {
      const x = tensor4d([1, 2, 3, 4], [2, 1, 2, 1]);
      expectClose(conv2d(x, tap(3, 1, 0)), [0, 1, 0, 3], KERNEL_TOLERANCE);
    });
  });

  it.each([1, 3, 5])('has the gradients of numerical differentiation for size %d', (size) => {
    tidy(() => {
      const x = seededTensor(1, 2, 2, 3, 2);
      const filter = seededTensor(2, size, size, 2, 3);
      expectGradients(convolve, size === 3 ? [x, filter, seededTensor(3, 3)] : [x, filter]);
    });
  });

  it('throws ShapeError when the channels do not fit', () => {
    tidy(() => {
      const filter = zeros([3, 3, 2, 4]) as Tensor4D;
      expect(() => conv2d(nine(), filter)).toThrow(ShapeError);
      expect(() => conv2d(nine(), filter)).toThrow('conv2d: x [1, 3, 3, 1] and filter [3, 3, 2, 4]');
      const bias = tensor1d([1, 2]);
      expect(() => conv2d(nine(), tap(3, 1, 1), bias)).toThrow('conv2d: bias must be [1], got [2]');
    });
  });

  it('throws ShapeError when the filter is even or not square', () => {
    tidy(() => {
      expect(() => conv2d(nine(), zeros([2, 2, 1, 1]) as Tensor4D)).toThrow(ShapeError);
      expect(() => conv2d(nine(), zeros([3, 5, 1, 1]) as Tensor4D)).toThrow('a square filter of odd size');
    });
  });

  it('leaves no tensors behind', async () => {
    const inputs = [nine(), tap(3, 0, 1), tensor1d([1])];
    expect(await tensorsLeftBy(() => runWithGradients(convolve, inputs))).toBe(0);
    inputs.forEach((input) => input.dispose());
  });
});
