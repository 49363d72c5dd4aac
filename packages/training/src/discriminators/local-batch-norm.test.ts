import type { Tensor3D } from '@tensorflow/tfjs-core';
import { slice, tensor3d } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { expectClose, seededTensor, testBackends, useTestBackend } from '@restok/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalBatchNorm } from './local-batch-norm';

/** The offset of the variance, 1e-6, and some float32 roundings. */
const ROUNDING = 1e-5;

describe.each(testBackends)('LocalBatchNorm on %s', (backend) => {
  let norm: LocalBatchNorm;

  beforeAll(async () => {
    await useTestBackend(backend);
    norm = new LocalBatchNorm(2);
    norm.initialize(1);
  });
  afterAll(() => norm.dispose());

  it('normalises each channel over samples and positions', () => {
    const x = tensor3d([0, 5, 2, 5, 4, 7, 6, 7], [2, 2, 2]);
    const step = 1 / Math.sqrt(5);
    const expected = [-3 * step, -1, -step, -1, step, 1, 3 * step, 1];
    expectClose(norm.forward(x), expected, ROUNDING);
  });

  it('keeps runs of at most eight apart', () => {
    const x = seededTensor(1, 10, 3, 2) as Tensor3D;
    const first = norm.forward(slice(x, [0, 0, 0], [5, 3, 2]));
    expectClose(slice(norm.forward(x), [0, 0, 0], [5, 3, 2]), first, ROUNDING);
  });

  it('throws ShapeError for a batch that does not split evenly', () => {
    expect(() => norm.forward(seededTensor(1, 9, 1, 2) as Tensor3D)).toThrow(ShapeError);
  });
});
