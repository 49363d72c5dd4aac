import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { range, reshape, tensor3d, tidy, zeros as zerosTensor } from '@tensorflow/tfjs-core';
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
import { setParameters } from '../test/set-parameters';
import { PatchEmbedding, patchesOf, PointwiseConvolution } from './patch-embedding';

/** A picture whose samples are 0, 1, 2, ... in memory order. */
const counting = (...shape: [number, number, number, number]): Tensor4D =>
  reshape(range(0, shape[0] * shape[1] * shape[2] * shape[3]), shape);

describe.each(testBackends)('patchesOf on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('reads patches row by row, and each patch row by row', () => {
    tidy(() => {
      expect(patchesOf(counting(1, 4, 4, 1), 2).arraySync()).toEqual([
        [
          [0, 1, 4, 5],
          [2, 3, 6, 7],
          [8, 9, 12, 13],
          [10, 11, 14, 15],
        ],
      ]);
    });
  });

  it('keeps the channels of a pixel together and the samples of a batch apart', () => {
    tidy(() => {
      expect(patchesOf(counting(2, 1, 2, 2), 1).arraySync()).toEqual([
        [[0, 1], [2, 3]],
        [[4, 5], [6, 7]],
      ]); // prettier-ignore
    });
  });
});

describe('patchesOf', () => {
  it.each([
    [3, 4],
    [4, 3],
  ])('throws ShapeError for a picture of %i x %i and patches of 2', (height, width) => {
    tidy(() => {
      const pixels = zerosTensor([1, height, width, 3]) as Tensor4D;
      expect(() => patchesOf(pixels, 2)).toThrow(ShapeError);
      expect(() => patchesOf(pixels, 2)).toThrow(
        `patchesOf: sides must be multiples of 2, got [1, ${height}, ${width}, 3]`,
      );
    });
  });
});

describe.each(testBackends)('PatchEmbedding on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('is the convolution of its published kernel, one token per patch', () => {
    const embedding = new PatchEmbedding(2, 2);
    // [2, 3, 2, 2]: width 0 takes green of the lower left pixel, width 1 twice the blue of the upper right.
    const kernel = new Array<number>(24).fill(0);
    kernel[1 * 4 + 2] = 1;
    kernel[12 + 2 * 4 + 1] = 2;
    setParameters(embedding, { 'proj.weight': kernel, 'proj.bias': [0, 100] });
    tidy(() => {
      // In a picture of 2 x 4, pixel (row, column) holds 12 row + 3 column + channel.
      const y = embedding.forward(counting(1, 2, 4, 3));
      expect(y.arraySync()).toEqual([[[13, 110], [19, 122]]]); // prettier-ignore
    });
    embedding.dispose();
  });

  it('has the gradient of numerical differentiation and leaves no tensors behind', async () => {
    const embedding = new PatchEmbedding(2, 3);
    embedding.initialize(1, 'variancePreserving');
    const pixels = seededTensor(2, 1, 2, 4, 3);
    const forward = ([x]: Tensor[]): Tensor => embedding.forward(x as Tensor4D);
    expectGradients(forward, [pixels]);
    expect(await tensorsLeftBy(() => runWithGradients(forward, [pixels]))).toBe(0);
    pixels.dispose();
    embedding.dispose();
  });
});

describe.each(testBackends)('PointwiseConvolution on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('mixes the channels of each token or pixel', () => {
    const convolution = new PointwiseConvolution(2, 1);
    setParameters(convolution, { weight: [1, 10], bias: [100] });
    tidy(() => {
      const tokens: Tensor3D = tensor3d([1, 2, 3, 4], [1, 2, 2]);
      expect(convolution.forward(tokens).arraySync()).toEqual([[[121], [143]]]);
      const pixels = convolution.forward(reshape(tokens, [1, 2, 1, 2]) as Tensor4D);
      expect(pixels.arraySync()).toEqual([[[[121]], [[143]]]]);
    });
    convolution.dispose();
  });
});
