import { describe, expect, it } from 'vitest';
import type { Picture } from './picture';
import { reduceForCrop } from './reduce-for-crop';

/** A grey picture with these values, row by row. */
function grey(width: number, values: readonly number[]): Picture {
  const pixels = Uint8Array.from(values.flatMap((value) => [value, value, value]));
  return { width, height: values.length / width, pixels };
}

describe('reduceForCrop', () => {
  it('averages squares of four pixels, rounding halves up, and drops an odd last column', () => {
    const picture = grey(5, [0, 2, 10, 20, 99, 4, 4, 30, 41, 99]);
    // (0 + 2 + 4 + 4) / 4 = 2.5 and (10 + 20 + 30 + 41) / 4 = 25.25.
    expect(reduceForCrop(picture, 1)).toEqual({ reduced: grey(2, [3, 25]), width: 2, height: 1 });
  });

  it('halves as often as the shorter side stays at or above the wanted one', () => {
    const reduced = (side: number): number =>
      reduceForCrop(grey(side, Array<number>(side * side).fill(7)), 4).reduced.width;
    expect([7, 8, 15, 16].map(reduced)).toEqual([7, 4, 7, 4]);
  });

  it('leaves the rest to a resize that keeps the proportions', () => {
    const picture = grey(7, Array<number>(7 * 3).fill(7));
    // 7 · 2 / 3 = 4.67
    expect(reduceForCrop(picture, 2)).toEqual({ reduced: picture, width: 5, height: 2 });
  });
});
