import { describe, expect, it } from 'vitest';
import { duration, megabytes, quantity } from './quantities';

describe('quantity', () => {
  it('groups thousands and rounds millions', () => {
    expect([quantity(4096), quantity(3_170_000)]).toEqual(['4,096', '3.2 million']);
  });
});

describe('megabytes', () => {
  it('counts in powers of ten', () => {
    expect([megabytes(6_377_814), megabytes(2_650_000_000)]).toEqual(['6.4 MB', '2.6 GB']);
  });
});

describe('duration', () => {
  it.each([
    [320, '320 ms'],
    [4210, '4.2 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('says %i ms as %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });
});
