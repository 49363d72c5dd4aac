import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { codebookUsage } from './codebook-usage';

describe('codebookUsage', () => {
  it('counts each row once', () => {
    expect(codebookUsage([0, 3, 3, 0, 3], 8)).toBe(0.25);
  });

  it('is 1 when every row occurs', () => {
    expect(codebookUsage(Int32Array.of(2, 1, 0, 3), 4)).toBe(1);
  });

  it('throws ShapeError for an index that is not a row, and for none at all', () => {
    expect(() => codebookUsage([0, 8], 8)).toThrow(ShapeError);
    expect(() => codebookUsage([0, 8], 8)).toThrow('from 0 to 7, got 8 at position 1');
    expect(() => codebookUsage([-1], 8)).toThrow(ShapeError);
    expect(() => codebookUsage([0.5], 8)).toThrow(ShapeError);
    expect(() => codebookUsage([], 8)).toThrow(ShapeError);
  });
});
