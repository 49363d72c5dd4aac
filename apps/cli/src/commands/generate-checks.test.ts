import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error';
import { checkGridSize, checkNpzSize, latentsOfLevels } from './generate-checks';

describe('latentsOfLevels', () => {
  it('adds up the first levels', () => {
    expect(latentsOfLevels([0], [1, 1, 2, 4])).toBe(1);
    expect(latentsOfLevels([0, 1, 2], [1, 1, 2, 4])).toBe(4);
  });

  it.each([[[1]], [[1, 2]], [[0, 2]]])('refuses %j, which lack a level before them', (levels) => {
    expect(() => latentsOfLevels(levels, [1, 1, 2, 4])).toThrow(UsageError);
    expect(() => latentsOfLevels(levels, [1, 1, 2, 4])).toThrow(/must be the first levels without a gap/);
  });

  it('refuses a level that there is not', () => {
    expect(() => latentsOfLevels([0, 1, 2], [1, 1])).toThrow(/--keep-levels must be in 0-1, .* got 2/);
  });
});

describe('checkNpzSize', () => {
  it('takes up to 2 GiB', () => {
    // 2 ** 31 / (64 * 64 * 3) = 174762.7
    expect(() => checkNpzSize(174_762, 64)).not.toThrow();
    expect(() => checkNpzSize(174_763, 64)).toThrow(/at most 174762 pictures of this size, got 174763/);
  });
});

describe('checkGridSize', () => {
  it('takes what can be looked at', () => {
    // 1e8 / 128 ** 2 = 6103.5, 30000 / 128 = 234.4
    expect(() => checkGridSize(27, 226, 128)).not.toThrow();
    expect(() => checkGridSize(28, 218, 128)).toThrow(
      /at most 6103 pictures and 234 in a row, got 28 rows of 218/,
    );
    expect(() => checkGridSize(1, 235, 128)).toThrow(UsageError);
  });
});
