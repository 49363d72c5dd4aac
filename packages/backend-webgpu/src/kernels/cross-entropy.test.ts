import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { mul, tensor1d, tidy } from '@tensorflow/tfjs-core';
import {
  crossEntropy,
  crossEntropyGrad,
  crossEntropyGradReference,
  crossEntropyReference,
} from '@restok/ops';
import { expectClose, KERNEL_TOLERANCE, seededTensor } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { useSoftwareGpu } from '../../test/software-gpu';
import { countDispatches } from '../index';

describe('registerCrossEntropy', () => {
  beforeAll(() => useSoftwareGpu());

  it('agrees with the reference for rows longer than a workgroup and logits far from 0', () => {
    tidy(() => {
      const logits = mul<Tensor2D>(seededTensor(1, 5, 150), 100);
      const targets = tensor1d([0, 149, 64, 64, 3], 'int32');
      expectClose(crossEntropy(logits, targets), crossEntropyReference(logits, targets), KERNEL_TOLERANCE);
      const gradient = seededTensor(2, 5) as Tensor1D;
      const expected = crossEntropyGradReference(gradient, logits, targets);
      expectClose(crossEntropyGrad(gradient, logits, targets), expected, KERNEL_TOLERANCE);
    });
  });

  it('takes one dispatch forward and one backward', async () => {
    const [logits, gradient] = [seededTensor(1, 5, 150) as Tensor2D, seededTensor(2, 5) as Tensor1D];
    const targets = tensor1d([0, 149, 64, 64, 3], 'int32');
    expect(await countDispatches(() => crossEntropy(logits, targets).dispose())).toBe(1);
    expect(await countDispatches(() => crossEntropyGrad(gradient, logits, targets).dispose())).toBe(1);
    [logits, gradient, targets].forEach((tensor) => tensor.dispose());
  });
});
