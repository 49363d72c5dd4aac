import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';
import { expectClose, expectGradients, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, it } from 'vitest';
import { tanhGelu } from './tanh-gelu';

/** A few float32 roundings and each backend's own tanh. */
const ROUNDING = 2e-6;

describe.each(testBackends)('tanhGelu on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('gives the published values', () => {
    expectClose(tanhGelu(tensor([-1, 0, 1, 2])), [-0.158808, 0, 0.841192, 1.954598], ROUNDING);
  });

  it('has the gradient of what it computes', () => {
    expectGradients(([x]: Tensor[]) => tanhGelu(x!), [tensor([-2, -0.5, 0, 0.7, 3])]);
  });
});
