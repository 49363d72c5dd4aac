import type { Tensor } from '@tensorflow/tfjs-core';
import { grads, sum, tensor } from '@tensorflow/tfjs-core';
import { expectClose, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, it } from 'vitest';
import { leakyRelu } from './leaky-relu';

/** A float32 rounding. */
const ROUNDING = 1e-6;

describe.each(testBackends)('leakyRelu on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('scales what is negative, and takes the slope at 0', () => {
    const x = tensor([-2, 0, 3]);
    expectClose(leakyRelu(x, 0.2), [-0.4, 0, 3], ROUNDING);
    const [gradient] = grads((y: Tensor) => sum(leakyRelu(y, 0.2)))([x]);
    expectClose(gradient!, [0.2, 0.2, 1], ROUNDING);
  });
});
