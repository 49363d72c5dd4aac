import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { grads, slice, tensor1d, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  expectGradients,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { linear } from './linear';

const withBias = ([x, weight, bias]: Tensor[]): Tensor =>
  linear(x!, weight as Tensor2D, bias as Tensor1D | undefined);

describe.each(testBackends)('linear on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  const layer = (): [Tensor2D, Tensor1D] => [tensor2d([5, 6, 7, 8, -1, 0], [3, 2]), tensor1d([10, 20, 30])];

  it('multiplies by the transposed weight and adds the bias', () => {
    tidy(() => {
      const x = tensor2d([1, 2, 3, 4], [2, 2]);
      expect(linear(x, ...layer()).arraySync()).toEqual([
        [27, 43, 29],
        [49, 73, 27],
      ]);
    });
  });

  it('needs no bias', () => {
    tidy(() => {
      const [weight] = layer();
      expect(linear(tensor1d([1, 2]), weight).arraySync()).toEqual([17, 23, -1]);
    });
  });

  it('keeps the axes before the last', () => {
    tidy(() => {
      const y = linear(tensor3d([1, 2, 3, 4], [2, 1, 2]), ...layer());
      expect(y.arraySync()).toEqual([[[27, 43, 29]], [[49, 73, 27]]]);
    });
  });

  it('has the gradients g W, gᵀ x and Σ g', () => {
    tidy(() => {
      const inputs = [tensor2d([1, 2, 3, 4], [2, 2]), ...layer()];
      const upstream = tensor2d([1, 0, 2, 0, 1, 0], [2, 3]);
      const [dx, dWeight, dBias] = grads((...xs: Tensor[]) => withBias(xs))(inputs, upstream);
      expect(dx!.arraySync()).toEqual([
        [3, 6],
        [7, 8],
      ]);
      expect(dWeight!.arraySync()).toEqual([
        [1, 2],
        [3, 4],
        [2, 4],
      ]);
      expect(dBias!.arraySync()).toEqual([1, 1, 2]);
    });
  });

  it('has the gradients of numerical differentiation, with and without bias', () => {
    tidy(() => {
      const inputs = [seededTensor(1, 2, 3, 5), seededTensor(2, 3, 5), seededTensor(3, 3)];
      expectGradients(withBias, inputs);
      expectGradients(withBias, inputs.slice(0, 2));
    });
  });

  it('throws ShapeError when the channels or the bias do not fit', () => {
    tidy(() => {
      const [weight, bias] = layer();
      expect(() => linear(tensor2d([1, 2, 3], [1, 3]), weight)).toThrow(ShapeError);
      expect(() => linear(tensor2d([1, 2, 3], [1, 3]), weight)).toThrow(
        'linear: x must end in 2 channels, got [1, 3]',
      );
      expect(() => linear(tensor1d([1, 2]), weight, slice(bias, 0, 2))).toThrow(
        'linear: bias must be [3], got [2]',
      );
    });
  });

  it('leaves no tensors behind', async () => {
    const inputs = [seededTensor(1, 4, 2), ...layer()];
    expect(await tensorsLeftBy(() => runWithGradients(withBias, inputs))).toBe(0);
    inputs.forEach((input) => input.dispose());
  });
});
