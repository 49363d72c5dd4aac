import { describe, expect, it } from 'vitest';
import { differenceMap, enlargeMap, mapPicture, meanDifference, psnrOf, veil } from './picture-arithmetic';

const picture = (...rgba: number[]) => ({ side: 1, rgba: Uint8ClampedArray.from(rgba) });

describe('psnrOf', () => {
  it('is infinite for equal pictures', () => {
    expect(psnrOf(picture(1, 2, 3, 255), picture(1, 2, 3, 255))).toBe(Infinity);
  });

  it('is 0 dB between black and white', () => {
    expect(psnrOf(picture(0, 0, 0, 255), picture(255, 255, 255, 255))).toBe(0);
  });

  it('averages over the three colours', () => {
    // One of three is off by 255: a mean squared error of a third of the largest.
    expect(psnrOf(picture(0, 0, 0, 255), picture(255, 0, 0, 255))).toBeCloseTo(10 * Math.log10(3), 10);
  });
});

describe('differenceMap', () => {
  it('averages the distance of the colours', () => {
    expect([...differenceMap(picture(0, 51, 0, 255), picture(0, 0, 102, 255))]).toEqual([
      expect.closeTo(0.2, 6),
    ]);
  });
});

describe('meanDifference', () => {
  it('averages over pixels and colours, and is 1 between black and white', () => {
    const two = (...rgba: number[]) => ({ side: 2, rgba: Uint8ClampedArray.from(rgba) });
    const black = two(0, 0, 0, 255, 0, 0, 0, 255);
    expect(meanDifference(black, two(255, 255, 255, 255, 255, 255, 255, 255))).toBe(1);
    // One colour of six is off by a fifth.
    expect(meanDifference(black, two(0, 0, 0, 255, 0, 51, 0, 255))).toBeCloseTo(1 / 30, 6);
  });
});

describe('mapPicture', () => {
  it('is grey by value times gain, white at most', () => {
    expect([...mapPicture(Float32Array.of(0.1, 0.9), 1, 2).rgba]).toEqual([
      51, 51, 51, 255, 255, 255, 255, 255,
    ]);
  });
});

describe('veil', () => {
  it('puts the value into the alpha of the colour', () => {
    expect([...veil(Float32Array.of(0.4), 1, { colour: [1, 2, 3], gain: 1 }).rgba]).toEqual([1, 2, 3, 102]);
  });
});

describe('enlargeMap', () => {
  it('repeats each cell over its share of the square', () => {
    expect([...enlargeMap(Float32Array.of(1, 2), 1, 2, 2)]).toEqual([1, 2, 1, 2]);
  });
});
