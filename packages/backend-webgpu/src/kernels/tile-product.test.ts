import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { dispose, tidy } from '@tensorflow/tfjs-core';
import * as ops from '@restok/ops';
import { expectClose, KERNEL_TOLERANCE, seededTensor } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../../test/software-gpu';
import type { TileProduct } from './tile-product';
import { tileProduct } from './tile-product';

/** C = A B, both row-major. */
const MATRICES: TileProduct = {
  key: 'of the test',
  inputs: ['a', 'b'],
  valueOfA: 'return a[row * p.k + inner];',
  valueOfB: 'return b[inner * p.n + column];',
  depthFirst: { a: true, b: false },
};

describe('tileProduct', () => {
  beforeAll(() => useSoftwareGpu());

  it('has a workgroup for each tile and chunk, and chunks of whole steps', () => {
    expect(tileProduct(MATRICES, { m: 65, n: 64, k: 100 }, 3)).toMatchObject({
      groups: 6,
      parameters: { m: 65, n: 64, k: 100, blocks: 1, chunkDepth: 48 },
    });
  });

  it.each([
    { m: 300, n: 3, groups: 2 }, // of 256 x 16
    { m: 200, n: 30, groups: 2 }, // of 128 x 32
    { m: 130, n: 130, groups: 9 }, // of 64 x 64
    { m: 30, n: 200, groups: 2 }, // of 32 x 128
    { m: 10, n: 300, groups: 2 }, // of 16 x 256
  ])('multiplies $m rows and $n columns in $groups workgroups', ({ m, n, groups }) => {
    const k = 37;
    expect(tileProduct(MATRICES, { m, n, k }).groups).toBe(groups);
    tidy(() => {
      const [x, weight] = [seededTensor(1, m, k), seededTensor(2, n, k) as Tensor2D];
      expectClose(ops.linear(x, weight), ops.linearReference(x, weight), KERNEL_TOLERANCE);
      const gradients = ops.linearGrad(seededTensor(4, m, n), x, weight, { hasBias: false });
      ops.linearGradReference(seededTensor(4, m, n), x, weight, false).forEach((expected, i) => {
        // Sums of up to 300 products.
        expectClose(gradients[i]!, expected, 2 * KERNEL_TOLERANCE);
      });
    });
  });

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
