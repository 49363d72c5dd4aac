import { Random } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { exchangeColors } from './exchange-colors';
import type { Picture } from './picture';

const picture: Picture = { width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };

describe('exchangeColors', () => {
  it('reaches each of the five other orders, the same in every pixel', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const { width, height, pixels } = exchangeColors(picture, new Random(seed));
      expect([width, height]).toEqual([2, 1]);
      expect([...pixels.subarray(3)]).toEqual([...pixels.subarray(0, 3)].map((value) => value + 3));
      seen.add([...pixels.subarray(0, 3)].join(' '));
    }
    expect([...seen].sort()).toEqual(['1 3 2', '2 1 3', '2 3 1', '3 1 2', '3 2 1']);
  });

  it('leaves the picture that it is given, and greys as they are', () => {
    const grey: Picture = { width: 1, height: 2, pixels: Uint8Array.of(7, 7, 7, 9, 9, 9) };
    expect(exchangeColors(grey, new Random(1))).toEqual(grey);
    exchangeColors(picture, new Random(1));
    expect([...picture.pixels]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
