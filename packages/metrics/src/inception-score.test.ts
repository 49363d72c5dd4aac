import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { inceptionScore, softmaxRows } from './inception-score';

describe('inceptionScore', () => {
  it('is the number of classes for sure pictures of each', () => {
    expect(inceptionScore([1, 0, 0, 0, 1, 0, 0, 0, 1], 3)).toBeCloseTo(3, 12);
  });

  it('is 1 where all pictures look alike', () => {
    expect(inceptionScore([0.2, 0.8, 0.2, 0.8], 2)).toBeCloseTo(1, 12);
  });

  it('is exp of the mean divergence from the mean', () => {
    // Rows (3/4, 1/4) and (1/4, 3/4), mean (1/2, 1/2): each diverges by 3/4 log 3/2 + 1/4 log 1/2.
    const wanted = Math.exp(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5));
    expect(inceptionScore([0.75, 0.25, 0.25, 0.75], 2)).toBeCloseTo(wanted, 12);
  });

  it('gives the mean over parts in their order, the last of which may be shorter', () => {
    // Parts: both classes (score 2), and one picture alone (score 1).
    const rows = [1, 0, 0, 1, 0, 1];
    expect(inceptionScore(rows, 2, { splitSize: 2 })).toBeCloseTo(1.5, 12);
    expect(inceptionScore(rows, 2, { splitSize: 5000 })).toBe(inceptionScore(rows, 2));
  });

  it('throws ShapeError for no rows, half a row and parts of nothing', () => {
    expect(() => inceptionScore([], 2)).toThrow(ShapeError);
    expect(() => inceptionScore([1], 2)).toThrow(ShapeError);
    expect(() => inceptionScore([1, 0], 2, { splitSize: 0 })).toThrow(ShapeError);
  });
});

describe('softmaxRows', () => {
  it('makes each row sum to 1, large logits included', () => {
    const rows = softmaxRows([0, Math.log(3), 1000, 1000], 2);
    [0.25, 0.75, 0.5, 0.5].forEach((wanted, i) => expect(rows[i]).toBeCloseTo(wanted, 12));
  });
});
