import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { tensor4d } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  expectClose,
  expectGradients,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { mixAxis, mixRowsAndColumns, transposed } from './mix-axis';

const sums = { outputs: 1, inputs: 2, values: Float32Array.of(1, 1) };
const wide = { outputs: 3, inputs: 2, values: Float32Array.of(1, 0, 0, 1, 2, -1) };

describe.each(testBackends)('on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  describe('mixAxis', () => {
    it('maps the rows or the columns of each picture', () => {
      const x = tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2, 1]);
      expectClose(mixAxis(x, sums, 'rows'), [4, 6, 12, 14], 0);
      expectClose(mixAxis(x, sums, 'columns'), [3, 7, 11, 15], 0);
    });

    it.each(['rows', 'columns'] as const)('has the gradient of what it computes along %s', (axis) => {
      expectGradients(([x]: Tensor[]) => mixAxis(x as Tensor4D, wide, axis), [seededTensor(1, 2, 2, 2, 3)]);
    });

    it('throws ShapeError when the axis has another length', () => {
      expect(() => mixAxis(seededTensor(1, 1, 3, 2, 1) as Tensor4D, wide, 'rows')).toThrow(ShapeError);
    });

    it('leaves no tensors behind', async () => {
      const x = seededTensor(1, 1, 2, 2, 1);
      const run = () => runWithGradients(([y]: Tensor[]) => mixAxis(y as Tensor4D, wide, 'rows'), [x]);
      expect(await tensorsLeftBy(run)).toBe(0);
    });
  });

  describe('mixRowsAndColumns', () => {
    it('applies one map along each axis', () => {
      const x = tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
      expectClose(mixRowsAndColumns(x, sums, wide), [4, 6, 2], 0);
    });
  });
});

describe('transposed', () => {
  it('exchanges rows and columns', () => {
    expect(transposed(wide)).toEqual({ outputs: 2, inputs: 3, values: Float32Array.of(1, 0, 2, 0, 1, -1) });
  });
});
