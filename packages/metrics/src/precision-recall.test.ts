import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { precisionRecall, squaredRadii } from './precision-recall';

describe('precisionRecall', () => {
  it('counts samples near the reference, and reference near the samples', () => {
    // Reference balls: radius 1 about 0, 1 and 2, reaching from -1 to 3. Of the samples 3 is on the surface.
    // Sample balls for k = 1: 3 and 4 reach 1, from 2 to 5; 100 reaches 96, from 4 on. So 2 alone is covered.
    const { precision, recall } = precisionRecall([0, 1, 2], [3, 4, 100], { dim: 1, k: 1 });
    expect(precision).toBeCloseTo(1 / 3, 15);
    expect(recall).toBeCloseTo(1 / 3, 15);
  });

  it('is 1 and 1 for a set against itself', () => {
    const rows = Array.from({ length: 20 }, (_, i) => Math.sin(i * i));
    expect(precisionRecall(rows, rows, { dim: 2 })).toEqual({ precision: 1, recall: 1 });
  });

  it('sees samples that are real but few', () => {
    // Six equal samples: all of them real, their balls of radius 0 cover one of five.
    const { precision, recall } = precisionRecall([0, 1, 2, 3, 4], [2, 2, 2, 2, 2, 2], { dim: 1 });
    expect({ precision, recall }).toEqual({ precision: 1, recall: 0.2 });
  });

  it('throws ShapeError for sets of no more than k rows, and half a row', () => {
    expect(() => precisionRecall([0, 1, 2], [0, 1, 2, 3], { dim: 1 })).toThrow(
      'reference must be [more than k, 1] with a whole k of at least 1, got 3 values and k 3',
    );
    expect(() => precisionRecall([0, 1, 2, 3], [0, 1, 2, 3, 4], { dim: 2, k: 1 })).toThrow(ShapeError);
    expect(() => precisionRecall([0, 1], [0, 1], { dim: 1, k: 0 })).toThrow(ShapeError);
  });
});

describe('squaredRadii', () => {
  it('is the squared distance to the k-th neighbour, the row itself being the 0th', () => {
    // (0, 0), (3, 4), (0, 1), (0, 1)
    const rows = Float64Array.of(0, 0, 3, 4, 0, 1, 0, 1);
    expect([...squaredRadii(rows, 2, 1)]).toEqual([1, 18, 0, 0]);
    expect([...squaredRadii(rows, 2, 3)]).toEqual([25, 25, 18, 18]);
  });
});
