import { describe, expect, it } from 'vitest';
import { blocksOf, partsOf, picturesOf } from './blocks';

describe('blocksOf', () => {
  it('cuts pictures into blocks, the last of which may be shorter', () => {
    expect(blocksOf(7, 3)).toEqual([
      { start: 0, end: 3 },
      { start: 3, end: 6 },
      { start: 6, end: 7 },
    ]);
    expect(blocksOf(0, 3)).toEqual([]);
  });

  it('gives a shard every n-th block, none where there are fewer blocks than shards', () => {
    expect(blocksOf(7, 3, { number: 1, count: 2 })).toEqual([
      { start: 0, end: 3 },
      { start: 6, end: 7 },
    ]);
    expect(blocksOf(7, 3, { number: 4, count: 4 })).toEqual([]);
  });
});

describe('picturesOf', () => {
  it('counts through the blocks; all shards together have every picture once', () => {
    const shards = [1, 2, 3].map((number) => picturesOf(blocksOf(11, 2, { number, count: 3 })));
    expect(shards).toEqual([
      [0, 1, 6, 7],
      [2, 3, 8, 9],
      [4, 5, 10],
    ]);
  });
});

describe('partsOf', () => {
  it('begins parts anew in every block', () => {
    expect(partsOf({ start: 10, end: 15 }, 2)).toEqual([
      { start: 10, end: 12 },
      { start: 12, end: 14 },
      { start: 14, end: 15 },
    ]);
  });
});
