import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { codebookByLevel } from './codebook-by-level';

describe('codebookByLevel', () => {
  it('looks at the indices of each level alone', () => {
    // Two pictures of 1 + 1 + 2 latents, a codebook of 4.
    const levels = codebookByLevel([0, 1, 2, 3, 0, 2, 2, 2], [1, 1, 2], 4);
    expect(levels.map(({ levelSize, usage }) => [levelSize, usage])).toEqual([
      [1, 0.25],
      [1, 0.5],
      [2, 0.5],
    ]);
    // One row alone; two rows evenly; shares of 3/4 and 1/4.
    [0, 1, 2 - 0.75 * Math.log2(3)].forEach((bits, i) => expect(levels[i]!.entropy).toBeCloseTo(bits, 6));
  });

  it('throws ShapeError for half a picture', () => {
    expect(() => codebookByLevel([0, 1, 2], [1, 1], 4)).toThrow(ShapeError);
  });
});
