import { describe, expect, it } from 'vitest';
import { enlarge } from './enlarge';

/** Pictures of one row; every pixel's three values are its column. */
const row = (width: number): { width: number; height: number; pixels: Uint8Array } => ({
  width,
  height: 1,
  pixels: Uint8Array.from({ length: width * 3 }, (_, i) => Math.floor(i / 3)),
});

describe('enlarge', () => {
  it('repeats every pixel in both directions, as often as fits into 128 columns', () => {
    const { width, height, pixels } = enlarge(row(50));
    expect({ width, height }).toEqual({ width: 100, height: 2 });
    for (const line of [0, 1]) {
      const reds = Array.from({ length: 100 }, (_, column) => pixels[(line * 100 + column) * 3]);
      expect(reds).toEqual(Array.from({ length: 100 }, (_, column) => Math.floor(column / 2)));
    }
  });

  it.each([65, 128, 300])('leaves a picture of %i columns as it is', (width) => {
    expect(enlarge(row(width))).toEqual(row(width));
  });
});
