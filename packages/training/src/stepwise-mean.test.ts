import type { Tensor } from '@tensorflow/tfjs-core';
import { fill, scalar, tensor } from '@tensorflow/tfjs-core';
import {
  expectClose,
  expectGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { stepwiseMean } from './stepwise-mean';

/** Some float32 roundings. */
const ROUNDING = 1e-6;
/** What losses may be off by: each axis adds up hundreds of equal values, whose roundings do not cancel. */
const LOSS_TOLERANCE = 1e-5;

describe.each(testBackends)('stepwiseMean on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('gives the mean of every shape', () => {
    expectClose(stepwiseMean(scalar(3)), [3], 0);
    expectClose(stepwiseMean(tensor([1, 2, 3, 6], [2, 2])), [3], ROUNDING);
  });

  it('stays exact over many values', () => {
    expectClose(stepwiseMean(fill([4, 256, 256, 3], 0.1)), [0.1], LOSS_TOLERANCE);
  });

  it('sends an equal share of the gradient to each value', () => {
    expectGradients(([x]: Tensor[]) => stepwiseMean(x!), [seededTensor(1, 2, 3, 2)]);
  });

  it('leaves no tensors behind', async () => {
    const x = seededTensor(2, 3, 4);
    expect(await tensorsLeftBy(() => stepwiseMean(x).dispose())).toBe(0);
  });
});
