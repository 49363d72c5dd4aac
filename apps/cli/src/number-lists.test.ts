import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseCount, parseCounts, parseRanges } from './number-lists';

describe('parseCount', () => {
  it('reads a whole number', () => {
    expect(parseCount('16')).toBe(16);
  });

  it.each(['0', '-1', '1.5', '1e3', '', 'x', '99999999999'])('refuses %j', (text) => {
    expect(() => parseCount(text)).toThrow(InvalidArgumentError);
  });
});

describe('parseCounts', () => {
  it('reads numbers in the order given, each once', () => {
    expect(parseCounts('4, 16,64,4')).toEqual([4, 16, 64]);
  });

  it.each(['', '4,', '4,0', '4;16', '-4'])('refuses %j', (text) => {
    expect(() => parseCounts(text)).toThrow(InvalidArgumentError);
  });
});

describe('parseRanges', () => {
  it('reads levels and ranges in ascending order, each once', () => {
    expect(parseRanges('0-3')).toEqual([0, 1, 2, 3]);
    expect(parseRanges('5-6, 0,2,6')).toEqual([0, 2, 5, 6]);
  });

  it.each(['', '3-1', '-1', '1-', '1-2-3', 'a', '0-99999999999'])('refuses %j', (text) => {
    expect(() => parseRanges(text)).toThrow(InvalidArgumentError);
  });
});
