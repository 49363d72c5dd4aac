import { describe, expect, it } from 'vitest';
import { mixOrigins, parseOrigins, withOrigin } from './mixing';

const SIZES = [1, 1, 2];
const sources = {
  a: Int32Array.of(1, 1, 1, 1),
  b: Int32Array.of(2, 2, 2, 2),
  redrawn: Int32Array.of(3, 3, 3, 3),
};

describe('mixOrigins', () => {
  it('takes each level from its origin', () => {
    expect([...mixOrigins(sources, ['a', 'b', 'n'], SIZES)]).toEqual([1, 2, 3, 3]);
  });

  it('takes the first where nothing was drawn anew', () => {
    expect([...mixOrigins({ ...sources, redrawn: undefined }, ['b', 'b', 'n'], SIZES)]).toEqual([2, 2, 1, 1]);
  });

  it('leaves its sources as they are', () => {
    mixOrigins(sources, ['b', 'b', 'b'], SIZES);
    expect([...sources.a]).toEqual([1, 1, 1, 1]);
  });
});

describe('parseOrigins', () => {
  it('reads one letter a level', () => {
    expect(parseOrigins('abn', 3)).toEqual(['a', 'b', 'n']);
  });

  it.each([null, '', 'ab', 'abx', 'abab'])('refuses %s', (text) => {
    expect(parseOrigins(text, 3)).toBeUndefined();
  });
});

describe('withOrigin', () => {
  it('changes one level', () => {
    expect(withOrigin(['a', 'a', 'a'], 1, 'b')).toEqual(['a', 'b', 'a']);
  });
});
