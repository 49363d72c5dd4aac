import { parseTokenizerConfig } from '@restok/core';
import { tinyTokenizer } from '@restok/testing';
import { tokenizerArchitecture } from '@restok/tokenizer';
import { describe, expect, it } from 'vitest';
import { checkKept, checkLevels } from './model-limits';
import { UsageError } from './usage-error';

/** Four latents in levels of 1, 1 and 2. */
const architecture = tokenizerArchitecture(parseTokenizerConfig(tinyTokenizer()));

describe('checkKept', () => {
  it('accepts as many latents as there are', () => {
    expect(() => checkKept([1, 4], architecture)).not.toThrow();
  });

  it('throws UsageError naming the first count beyond them', () => {
    expect(() => checkKept([4, 5, 6], architecture)).toThrow(
      new UsageError('restok: --keep must be at most 4, the latents of this model, got 5. Keep fewer.'),
    );
  });
});

describe('checkLevels', () => {
  it('accepts the levels of the model', () => {
    expect(() => checkLevels([0, 2], architecture)).not.toThrow();
  });

  it('throws UsageError naming the first level that there is not', () => {
    expect(() => checkLevels([2, 3], architecture)).toThrow(UsageError);
    expect(() => checkLevels([2, 3], architecture)).toThrow(
      '--levels must be in 0-2, the levels of this model, got 3',
    );
  });
});
