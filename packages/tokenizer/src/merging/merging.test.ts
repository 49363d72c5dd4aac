import type { Tensor3D } from '@tensorflow/tfjs-core';
import { grad, ones, sum, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { mergeMethods } from './index';

/** Two rows of four tokens, one channel. */
const GRID = { rows: 2, columns: 4 };
const TOKENS = [1, 3, 5, 9, 2, 4, 6, 8];

const expected = {
  everySecond: { merged: [1, 5, 2, 6], gradient: [1, 0, 1, 0, 1, 0, 1, 0] },
  averagePool: { merged: [2, 7, 3, 7], gradient: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5] },
} as const satisfies Record<keyof typeof mergeMethods, object>;

describe.each(testBackends)('mergeMethods on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  describe.each(Object.keys(mergeMethods) as (keyof typeof mergeMethods)[])('%s', (name) => {
    const merge = mergeMethods[name];

    it('halves the columns and keeps the rows', () => {
      const values = tidy(() => {
        const merged = merge(tensor3d(TOKENS, [1, 8, 1]), GRID);
        expect(merged.shape).toEqual([1, 4, 1]);
        return [...merged.dataSync()];
      });
      expect(values).toEqual(expected[name].merged);
    });

    it('sends the gradient to the tokens that it used', () => {
      const values = tidy(() => [
        ...grad((x) => sum(merge(x as Tensor3D, GRID)))(tensor3d(TOKENS, [1, 8, 1])).dataSync(),
      ]);
      expect(values).toEqual(expected[name].gradient);
    });

    it('throws ShapeError when the columns are odd or the tokens do not fill the grid', () => {
      tidy(() => {
        const tokens = ones([1, 6, 2]) as Tensor3D;
        expect(() => merge(tokens, { rows: 2, columns: 3 })).toThrow(ShapeError);
        expect(() => merge(tokens, { rows: 2, columns: 4 })).toThrow(/must be \[B, 8, D\].*got \[1, 6, 2\]/);
      });
    });

    it('leaves no tensors behind', async () => {
      const tokens = tensor3d(TOKENS, [1, 8, 1]);
      expect(await tensorsLeftBy(() => merge(tokens, GRID).dispose())).toBe(0);
      tokens.dispose();
    });
  });
});
