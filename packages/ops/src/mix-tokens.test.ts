import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { tensor3d, tidy } from '@tensorflow/tfjs-core';
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
import { mixTokens } from './mix-tokens';
import type { TokenMap } from './token-map';
import { areaPoolMap, nearestMap1d, tokenMap } from './token-map';

const mixBy =
  (map: TokenMap) =>
  ([x]: Tensor[]): Tensor =>
    mixTokens(x as Tensor3D, map);

/** Of three tokens: the sum of the first and twice the last, nothing, and the first. */
const someMap = tokenMap(3, [
  [
    { source: 0, weight: 1 },
    { source: 2, weight: 2 },
  ],
  [],
  [{ source: 0, weight: 1 }],
]);

describe.each(testBackends)('mixTokens on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('weighs tokens alike in every channel and sample', () => {
    tidy(() => {
      const x = tensor3d([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60], [2, 3, 2]);
      const y = mixTokens(x, someMap);
      expect(y.shape).toEqual([2, 3, 2]);
      expectClose(y, [7, 70, 0, 0, 1, 10, 16, 160, 0, 0, 4, 40], KERNEL_TOLERANCE);
    });
  });

  it('pools a grid to its mean and spreads it again', () => {
    tidy(() => {
      const [fine, single] = [
        { rows: 2, columns: 2 },
        { rows: 1, columns: 1 },
      ];
      const pooled = mixTokens(tensor3d([1, 2, 3, 6], [1, 4, 1]), areaPoolMap(fine, single));
      expectClose(pooled, [3], KERNEL_TOLERANCE);
      expectClose(mixTokens(pooled, nearestMap1d(1, 4)), [3, 3, 3, 3], KERNEL_TOLERANCE);
    });
  });

  it('has the gradient of numerical differentiation', () => {
    tidy(() => {
      expectGradients(mixBy(someMap), [seededTensor(1, 2, 3, 5)]);
      const overlapping = areaPoolMap({ rows: 1, columns: 3 }, { rows: 1, columns: 2 });
      expectGradients(mixBy(overlapping), [seededTensor(2, 1, 3, 2)]);
    });
  });

  it('throws ShapeError when the map is for another number of tokens', () => {
    tidy(() => {
      const x = tensor3d([1, 2], [1, 2, 1]);
      expect(() => mixTokens(x, someMap)).toThrow(ShapeError);
      expect(() => mixTokens(x, someMap)).toThrow('mixTokens: x must hold 3 tokens, got [1, 2, 1]');
    });
  });

  it('leaves no tensors behind', async () => {
    const x = seededTensor(1, 2, 3, 2);
    expect(await tensorsLeftBy(() => runWithGradients(mixBy(someMap), [x]))).toBe(0);
    x.dispose();
  });
});
