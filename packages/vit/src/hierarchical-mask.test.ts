import { describe, expect, it } from 'vitest';
import { visibleKeysOfBlocks } from './hierarchical-mask';

describe('visibleKeysOfBlocks', () => {
  it('lets a token see its own block and all before it', () => {
    expect(visibleKeysOfBlocks([1, 2, 3])).toEqual([1, 3, 3, 6, 6, 6]);
  });

  it('is causal for blocks of one token', () => {
    expect(visibleKeysOfBlocks([1, 1, 1])).toEqual([1, 2, 3]);
  });

  it('hides nothing within a single block', () => {
    expect(visibleKeysOfBlocks([3])).toEqual([3, 3, 3]);
  });

  it('skips empty blocks', () => {
    expect(visibleKeysOfBlocks([0, 2, 0, 1])).toEqual([2, 2, 3]);
    expect(visibleKeysOfBlocks([])).toEqual([]);
  });
});
