import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, dispose, tidy } from '@tensorflow/tfjs-core';
import type { GroupNormOptions } from '@restok/ops';
import { groupNorm, groupNormGrad, groupNormGradReference, groupNormReference } from '@restok/ops';
import { expectClose, KERNEL_TOLERANCE, seededTensor, tensorsLeftBy } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../../test/software-gpu';
import { countDispatches } from '../index';

describe('registerGroupNorm', () => {
  beforeAll(() => useSoftwareGpu());

  it('puts the statistics of several chunks of pixels together, in two dispatches', async () => {
    const options: GroupNormOptions = { groups: 2, epsilon: 1e-6, activation: 'silu' };
    // Far from 0, where a sum of squares would cancel.
    const x = tidy(() => add(seededTensor(1, 2, 35, 30, 8), 50) as Tensor4D);
    const [gain, shift] = [seededTensor(2, 8) as Tensor1D, seededTensor(3, 8) as Tensor1D];
    const expected = tidy(() => groupNormReference(x, gain, shift, options).dataSync());
    const dispatches = await countDispatches(() => {
      const y = groupNorm(x, gain, shift, options);
      // The mean of 50 is exact to 2e-6 of it in both.
      expectClose(y, expected, 4 * KERNEL_TOLERANCE);
      y.dispose();
    });
    expect(dispatches).toBe(2);
    [x, gain, shift].forEach((tensor) => tensor.dispose());
  });

  it.each(['silu', 'none'] as const)(
    'has the gradients of the reference with activation %s',
    (activation) => {
      tidy(() => {
        const options: GroupNormOptions = { groups: 2, epsilon: 1e-6, activation };
        const [x, gradient] = [seededTensor(1, 2, 35, 30, 8), seededTensor(4, 2, 35, 30, 8)] as [
          Tensor4D,
          Tensor4D,
        ];
        const [gain, shift] = [seededTensor(2, 8) as Tensor1D, seededTensor(3, 8) as Tensor1D];
        const gradients = groupNormGrad(gradient, x, gain, shift, options);
        groupNormGradReference(gradient, x, gain, shift, options).forEach((expected, i) => {
          // Those of gain and shift are sums over 2,100 pixels.
          expectClose(gradients[i]!, expected, 4 * KERNEL_TOLERANCE);
        });
      });
    },
  );

  it('makes the gradient of one chunk in five dispatches and leaves nothing behind', async () => {
    const options: GroupNormOptions = { groups: 2, epsilon: 1e-6, activation: 'silu' };
    const [x, gradient] = [seededTensor(1, 1, 3, 2, 8), seededTensor(4, 1, 3, 2, 8)] as [Tensor4D, Tensor4D];
    const [gain, shift] = [seededTensor(2, 8) as Tensor1D, seededTensor(3, 8) as Tensor1D];
    const run = (): void => dispose(groupNormGrad(gradient, x, gain, shift, options));
    expect(await tensorsLeftBy(run)).toBe(0);
    expect(await countDispatches(run)).toBe(5);
    dispose([x, gradient, gain, shift]);
  });
});
