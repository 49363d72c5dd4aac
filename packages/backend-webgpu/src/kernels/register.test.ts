import '@tensorflow/tfjs-backend-cpu';
import '@restok/ops/gradients';
import { cumprod, cumsum, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { selfTest } from '@restok/backend-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../../test/software-gpu';

/** Half a hundred cases, each of which builds its programs. */
const MINUTES = 300_000;

describe('registerFusedKernels', () => {
  beforeAll(() => useSoftwareGpu());

  it(
    'registers kernels that agree with their references on the processor, forward and backward',
    async () => {
      const results = await selfTest('cpu');
      expect(results.length).toBeGreaterThan(40);
      expect(results.filter(({ ok }) => !ok)).toEqual([]);
    },
    MINUTES,
  );

  it('corrects cumulative sums and products along an axis that is counted from the end', () => {
    tidy(() => {
      expect([...cumsum(tensor1d([1, 2, 3]), -1).dataSync()]).toEqual([1, 3, 6]);
      expect([...cumprod(tensor1d([1, 2, 3]), -1).dataSync()]).toEqual([1, 2, 6]);
    });
  });
});
