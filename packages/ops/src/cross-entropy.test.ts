import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  expectClose,
  expectGradients,
  FORWARD_TOLERANCE,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { crossEntropy, crossEntropyGrad, crossEntropyGradReference } from './cross-entropy';

describe.each(testBackends)('crossEntropy on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('is -log of the share of the target', () => {
    // e^0, e^ln 2, e^ln 5 are 1, 2, 5: shares of 1/8, 1/4, 5/8.
    const logits = tensor2d([0, Math.log(2), Math.log(5), 0, Math.log(2), Math.log(5)], [2, 3]);
    const losses = tidy(() => crossEntropy(logits, tensor1d([1, 2], 'int32')).dataSync());
    expectClose(losses, [Math.log(4), Math.log(8 / 5)], FORWARD_TOLERANCE);
    logits.dispose();
  });

  it('stays finite for logits whose exponentials are not', () => {
    const losses = tidy(() =>
      crossEntropy(tensor2d([[1000, 990, -1000]]), tensor1d([1], 'int32')).dataSync(),
    );
    expectClose(losses, [10], FORWARD_TOLERANCE);
  });

  it('has the gradient of numerical differentiation', () => {
    tidy(() => {
      const targets = tensor1d([6, 0, 3], 'int32');
      expectGradients(([logits]) => crossEntropy(logits as Tensor2D, targets), [seededTensor(1, 3, 7)]);
    });
  });

  it('agrees with the reference where the gradient is none of ones', () => {
    tidy(() => {
      const inputs = [seededTensor(2, 5), seededTensor(3, 5, 11)] as [Tensor1D, Tensor2D];
      const targets = tensor1d([10, 0, 3, 3, 9], 'int32');
      const expected = crossEntropyGradReference(...inputs, targets).dataSync();
      expectClose(crossEntropyGrad(...inputs, targets).dataSync(), expected, FORWARD_TOLERANCE);
    });
  });

  it('throws ShapeError without one target for each row', () => {
    const logits = seededTensor(1, 3, 7) as Tensor2D;
    expect(() => crossEntropy(logits, tensor1d([1, 2], 'int32'))).toThrow(ShapeError);
    logits.dispose();
  });

  it('leaves no tensors behind', async () => {
    const logits = seededTensor(1, 3, 7);
    const targets = tensor1d([6, 0, 3], 'int32');
    const run = (): void => runWithGradients(([x]) => crossEntropy(x as Tensor2D, targets), [logits]);
    expect(await tensorsLeftBy(run)).toBe(0);
    logits.dispose();
    targets.dispose();
  });
});
