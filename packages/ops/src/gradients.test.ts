import { getGradient } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

describe('@restok/ops/gradients', () => {
  it('registers the gradients of tfjs operations', async () => {
    await import('@restok/ops/gradients');
    for (const kernel of ['Multiply', 'BatchMatMul', 'Softmax', 'Mean', 'Transpose', 'Concat']) {
      expect(getGradient(kernel)?.kernelName).toBe(kernel);
    }
  });
});
