import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { tensor3d, tidy } from '@tensorflow/tfjs-core';
import {
  expectGradients,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { repeatKeyHeads } from './repeat-key-heads';

const FOUR_TO_TWO = { numHeads: 4, numKeyHeads: 2 };

describe.each(testBackends)('repeatKeyHeads on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('gives neighbouring queries the same head of keys and of values', () => {
    tidy(() => {
      // Queries 1 to 4, keys 5 and 6, values 7 and 8; heads one channel wide.
      const y = repeatKeyHeads(tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 8]), FOUR_TO_TWO);
      expect(y.shape).toEqual([1, 1, 12]);
      expect([...y.dataSync()]).toEqual([1, 2, 3, 4, 5, 5, 6, 6, 7, 7, 8, 8]);
    });
  });

  it('copies what has as many key heads as query heads', () => {
    tidy(() => {
      const y = repeatKeyHeads(tensor3d([1, 2, 3, 4, 5, 6], [1, 1, 6]), { numHeads: 2, numKeyHeads: 2 });
      expect([...y.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
    });
  });

  it('has the gradient of numerical differentiation', () => {
    tidy(() => {
      const compute = ([x]: Tensor[]): Tensor => repeatKeyHeads(x as Tensor3D, FOUR_TO_TWO);
      expectGradients(compute, [seededTensor(1, 2, 2, 16)]);
    });
  });

  it('throws ShapeError when the width does not split', () => {
    tidy(() => {
      expect(() => repeatKeyHeads(tensor3d([1, 2, 3], [1, 1, 3]), FOUR_TO_TWO)).toThrow(
        'repeatKeyHeads: qkv must split into 4 heads of queries and twice 2',
      );
    });
  });

  it('leaves no tensors behind', async () => {
    const x = seededTensor(1, 1, 2, 8);
    const compute = ([qkv]: Tensor[]): Tensor => repeatKeyHeads(qkv as Tensor3D, FOUR_TO_TWO);
    expect(await tensorsLeftBy(() => runWithGradients(compute, [x]))).toBe(0);
    x.dispose();
  });
});
