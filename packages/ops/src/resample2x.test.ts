import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { grad, tensor4d, tidy, zeros } from '@tensorflow/tfjs-core';
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
import { averagePool2x, upsample2x } from './resample2x';

const enlarge = ([x]: Tensor[]): Tensor => upsample2x(x as Tensor4D);
const reduce = ([x]: Tensor[]): Tensor => averagePool2x(x as Tensor4D);

describe.each(testBackends)('upsample2x on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('repeats every pixel in both directions', () => {
    tidy(() => {
      const y = upsample2x(tensor4d([1, -1, 2, -2, 3, -3, 4, -4], [2, 1, 2, 2]));
      expect(y.shape).toEqual([2, 2, 4, 2]);
      const first = [1, -1, 1, -1, 2, -2, 2, -2];
      const second = [3, -3, 3, -3, 4, -4, 4, -4];
      expect([...y.dataSync()]).toEqual([...first, ...first, ...second, ...second]);
    });
  });

  it('sends back the sum over each square, in every picture of a batch', () => {
    tidy(() => {
      const upstream = Float32Array.from({ length: 16 }, (_, i) => i);
      const gradient = grad((x: Tensor) => upsample2x(x as Tensor4D))(
        zeros([2, 1, 2, 1]),
        tensor4d(upstream, [2, 2, 4, 1]),
      );
      // 0 + 1 + 4 + 5, 2 + 3 + 6 + 7, then 8 more in each of four pixels.
      expectClose(gradient, [10, 18, 42, 50], KERNEL_TOLERANCE);
    });
  });

  it('has the gradient of numerical differentiation', () => {
    tidy(() => expectGradients(enlarge, [seededTensor(1, 2, 2, 3, 5)]));
  });

  it('leaves no tensors behind', async () => {
    const x = seededTensor(1, 1, 2, 3, 2);
    expect(await tensorsLeftBy(() => runWithGradients(enlarge, [x]))).toBe(0);
    x.dispose();
  });
});

describe.each(testBackends)('averagePool2x on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('averages every square', () => {
    tidy(() => {
      const y = averagePool2x(tensor4d([1, 2, 10, 20, 3, 6, 30, 60], [1, 2, 4, 1]));
      expect(y.shape).toEqual([1, 1, 2, 1]);
      expectClose(y, [3, 30], KERNEL_TOLERANCE);
    });
  });

  it('undoes upsample2x', () => {
    tidy(() => {
      const x = seededTensor(1, 2, 3, 1, 5) as Tensor4D;
      expectClose(averagePool2x(upsample2x(x)), x, KERNEL_TOLERANCE);
    });
  });

  it('sends back a quarter to each pixel of the square', () => {
    tidy(() => {
      const gradient = grad((x: Tensor) => averagePool2x(x as Tensor4D))(
        zeros([1, 2, 4, 1]),
        tensor4d([4, 8], [1, 1, 2, 1]),
      );
      expectClose(gradient, [1, 1, 2, 2, 1, 1, 2, 2], KERNEL_TOLERANCE);
    });
  });

  it('has the gradient of numerical differentiation', () => {
    tidy(() => expectGradients(reduce, [seededTensor(1, 2, 2, 4, 5)]));
  });

  it('throws ShapeError for an odd side', () => {
    tidy(() => {
      expect(() => averagePool2x(zeros([1, 3, 2, 1]) as Tensor4D)).toThrow(ShapeError);
      expect(() => averagePool2x(zeros([1, 2, 5, 1]) as Tensor4D)).toThrow('even sides, got [1, 2, 5, 1]');
    });
  });

  it('leaves no tensors behind', async () => {
    const x = seededTensor(1, 1, 2, 4, 2);
    expect(await tensorsLeftBy(() => runWithGradients(reduce, [x]))).toBe(0);
    x.dispose();
  });
});
