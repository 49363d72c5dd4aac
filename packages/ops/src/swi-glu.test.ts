import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor1d, tidy } from '@tensorflow/tfjs-core';
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
import { swiGlu } from './swi-glu';

const LOG_3 = Math.log(3);
const compute = ([gate, value]: Tensor[]): Tensor => swiGlu(gate!, value!);

describe.each(testBackends)('swiGlu on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('multiplies the value by the gate times its logistic', () => {
    tidy(() => {
      // The logistic of ± log 3 is 3/4 and 1/4.
      const y = swiGlu(tensor1d([LOG_3, -LOG_3, 0, 100, -100]), tensor1d([8, 4, 5, 2, 2]));
      expectClose(y, [6 * LOG_3, -LOG_3, 0, 200, 0], KERNEL_TOLERANCE);
    });
  });

  it('has the gradients of numerical differentiation', () => {
    tidy(() => expectGradients(compute, [seededTensor(1, 3, 5), seededTensor(2, 3, 5)]));
  });

  it('throws ShapeError when gate and value differ', () => {
    tidy(() => {
      expect(() => swiGlu(tensor1d([1, 2]), tensor1d([1]))).toThrow('swiGlu: value must be [2], got [1]');
    });
  });

  it('leaves no tensors behind', async () => {
    const inputs = [seededTensor(1, 3, 4), seededTensor(2, 3, 4)];
    expect(await tensorsLeftBy(() => runWithGradients(compute, inputs))).toBe(0);
    inputs.forEach((input) => input.dispose());
  });
});
