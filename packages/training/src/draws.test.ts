import { Random, ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { recordedDraws, seededDraws } from './draws';

describe('seededDraws', () => {
  it('gives whole numbers from the first to the last, both included, and the same for the same seed', () => {
    const draws = seededDraws(new Random(1));
    const numbers = Array.from({ length: 100 }, () => draws.whole(-1, 2));
    expect(new Set(numbers)).toEqual(new Set([-1, 0, 1, 2]));
    const again = seededDraws(new Random(1));
    expect(Array.from({ length: 100 }, () => again.whole(-1, 2))).toEqual(numbers);
  });
});

describe('recordedDraws', () => {
  it('gives the numbers in their order and throws ShapeError after the last', () => {
    const draws = recordedDraws([0.5, 0.25], [7]);
    expect([draws.uniform(), draws.whole(0, 9), draws.uniform()]).toEqual([0.5, 7, 0.25]);
    expect(() => draws.whole(0, 9)).toThrow(ShapeError);
  });
});
