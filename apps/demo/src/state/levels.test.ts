import { describe, expect, it } from 'vitest';
import { decodeOrder, endOfLevel, levelName, levelsOf, maskOf, parseLevelList } from './levels';

const SIZES = [1, 1, 2, 4];

describe('levelsOf', () => {
  it('gives each level its place', () => {
    expect(levelsOf(SIZES).map(({ offset, size }) => [offset, size])).toEqual([
      [0, 1],
      [1, 1],
      [2, 2],
      [4, 4],
    ]);
  });
});

describe('maskOf', () => {
  it('shows the leading latents without the levels that are off', () => {
    expect([...maskOf(SIZES, { kept: 6, off: new Set([1]) })]).toEqual([1, 0, 1, 1, 1, 1, 0, 0]);
  });
});

describe('endOfLevel', () => {
  it('counts the latents up to the end of a level', () => {
    expect([0, 1, 2, 3].map((level) => endOfLevel(SIZES, level))).toEqual([1, 2, 4, 8]);
  });
});

describe('decodeOrder', () => {
  it('names every number once, ends of levels first', () => {
    expect(decodeOrder(SIZES)).toEqual([1, 2, 4, 8, 3, 5, 6, 7]);
  });
});

describe('parseLevelList', () => {
  it('reads levels that exist and passes over everything else', () => {
    expect([...parseLevelList('0,3,9,x,-1', 4)]).toEqual([0, 3]);
    expect(parseLevelList(null, 4).size).toBe(0);
  });
});

describe('levelName', () => {
  it('starts with what is written on the level', () => {
    expect([levelName(SIZES, 1), levelName(SIZES, 3)]).toEqual(['1 latent, level 2', '4 latents, level 4']);
  });
});
