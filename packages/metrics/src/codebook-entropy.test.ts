import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { codebookEntropy } from './codebook-entropy';

describe('codebookEntropy', () => {
  it('is log2 of the codebook size when rows are used equally often', () => {
    expect(codebookEntropy([0, 1, 2, 3, 3, 2, 1, 0], 4)).toBeCloseTo(2, 6);
  });

  it('is 0 when one row is used alone', () => {
    expect(codebookEntropy([5, 5, 5], 16)).toBeCloseTo(0, 6);
  });

  it('is 1.5 bits for shares of a half and two quarters', () => {
    expect(codebookEntropy([0, 0, 1, 2], 1024)).toBeCloseTo(1.5, 6);
  });

  it('adds 1e-8 inside the logarithm', () => {
    expect(codebookEntropy([0], 1)).toBe(-Math.log2(1 + 1e-8));
  });

  it('throws ShapeError for an index that is not a row', () => {
    expect(() => codebookEntropy([4], 4)).toThrow(ShapeError);
  });
});
