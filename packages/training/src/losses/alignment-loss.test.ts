import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { expectClose, expectGradients, seededTensor, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { cosineMarginLoss, cosineSimilarity } from './alignment-loss';

/** A float32 rounding. */
const ROUNDING = 1e-6;

describe.each(testBackends)('on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  describe('cosineSimilarity', () => {
    it('compares directions', () => {
      const a = tensor([1, 0, 3, 4, -2, 0], [3, 2]);
      const b = tensor([5, 0, 4, 3, 1, 0], [3, 2]);
      expectClose(cosineSimilarity(a, b), [1, 24 / 25, -1], ROUNDING);
    });

    it('has the gradient of what it computes', () => {
      const inputs = [seededTensor(1, 2, 3), seededTensor(2, 2, 3)];
      expectGradients(([a, b]: Tensor[]) => cosineSimilarity(a!, b!), inputs, 1e-3);
    });

    it('throws ShapeError when the features differ in number or width', () => {
      expect(() => cosineSimilarity(seededTensor(1, 2, 3), seededTensor(1, 2, 4))).toThrow(ShapeError);
    });
  });

  describe('cosineMarginLoss', () => {
    it('is 0 within the margin and grows linearly beyond it', () => {
      expectClose(cosineMarginLoss(tensor([0.9, 0.25]), 0.25), [0.25], ROUNDING);
    });
  });
});
