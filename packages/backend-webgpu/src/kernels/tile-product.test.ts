import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { dispose, tidy } from '@tensorflow/tfjs-core';
import * as ops from '@restok/ops';
import { expectClose, KERNEL_TOLERANCE, seededTensor } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../../test/software-gpu';
import { tileGroups } from './tile-product';

describe('tileGroups', () => {
  it('has a workgroup for each tile and chunk, and chunks of whole steps', () => {
    expect(tileGroups({ m: 65, n: 64, k: 100 }, 3)).toEqual({
      groups: 6,
      parameters: { m: 65, n: 64, k: 100, blocks: 1, chunkDepth: 48 },
    });
  });
});

describe('tileProduct', () => {
  beforeAll(() => useSoftwareGpu());

  it('multiplies matrices of several tiles', () => {
    tidy(() => {
      const x = seededTensor(1, 70, 37);
      const [weight, bias] = [seededTensor(2, 67, 37) as Tensor2D, seededTensor(3, 67) as Tensor1D];
      expectClose(ops.linear(x, weight, bias), ops.linearReference(x, weight, bias), KERNEL_TOLERANCE);
      const gradients = ops.linearGrad(seededTensor(4, 70, 67), x, weight, { hasBias: true });
      ops.linearGradReference(seededTensor(4, 70, 67), x, weight, true).forEach((expected, i) => {
        expectClose(gradients[i]!, expected, KERNEL_TOLERANCE);
      });
    });
  });

  it('multiplies few rows by sums that lanes share', () => {
    tidy(() => {
      const x = seededTensor(1, 5, 37);
      const [weight, bias] = [seededTensor(2, 67, 37) as Tensor2D, seededTensor(3, 67) as Tensor1D];
      expectClose(ops.linear(x, weight, bias), ops.linearReference(x, weight, bias), KERNEL_TOLERANCE);
    });
  });

  it('adds up the filter gradient of many pixels in chunks', () => {
    const x = seededTensor(1, 1, 40, 30, 3) as Tensor4D;
    const filter = seededTensor(2, 3, 3, 3, 5) as Tensor4D;
    const gradient = seededTensor(3, 1, 40, 30, 5) as Tensor4D;
    tidy(() => {
      const gradients = ops.conv2dGrad(gradient, x, filter, { hasBias: true });
      ops.conv2dGradReference(gradient, x, filter, true).forEach((expected, i) => {
        // Sums of 1,200 products.
        expectClose(gradients[i]!, expected, 4 * KERNEL_TOLERANCE);
      });
    });
    dispose([x, filter, gradient]);
  });
});
