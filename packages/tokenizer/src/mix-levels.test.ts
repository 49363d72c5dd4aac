import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { mixLevels } from './mix-levels';

/** Eight latents: levels of 1, 1, 2 and 4. */
const SIZES = [1, 1, 2, 4];
const first = Int32Array.from([10, 11, 12, 13, 14, 15, 16, 17]);
const second = Int32Array.from([20, 21, 22, 23, 24, 25, 26, 27]);

describe('mixLevels', () => {
  it('takes the named levels of the first picture and the rest of the second', () => {
    expect([...mixLevels(first, second, SIZES, [0, 2])]).toEqual([10, 21, 12, 13, 24, 25, 26, 27]);
  });

  it('gives one picture or the other when all or no levels are named', () => {
    expect([...mixLevels(first, second, SIZES, [0, 1, 2, 3])]).toEqual([...first]);
    expect([...mixLevels(first, second, SIZES, [])]).toEqual([...second]);
  });

  it('changes neither of its inputs', () => {
    mixLevels(first, second, SIZES, [3]);
    expect(first[7]).toBe(17);
    expect(second[7]).toBe(27);
  });

  it('throws ShapeError for a level that does not exist and for different lengths', () => {
    expect(() => mixLevels(first, second, SIZES, [4])).toThrow(ShapeError);
    expect(() => mixLevels(first, second, SIZES, [-1])).toThrow(/0 \.\.\. 3/);
    expect(() => mixLevels(first, second.subarray(1), SIZES, [0])).toThrow(/8 and 7 latents/);
  });
});
