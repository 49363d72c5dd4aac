import { ShapeError } from '@restok/core/errors';
import { describe, expect, it } from 'vitest';
import { patterned } from '../test/patterned-picture';
import { bicubicResize } from './bicubic-resize';
import { cropPicture } from './crop';
import type { Picture } from './picture';

/** A picture of grey columns. */
function greyRow(values: readonly number[], height = 1): Picture {
  const row = values.flatMap((value) => [value, value, value]);
  const pixels = Uint8Array.from(Array.from({ length: height }, () => row).flat());
  return { width: values.length, height, pixels };
}

function reds({ pixels }: Picture): number[] {
  return [...pixels].filter((_, i) => i % 3 === 0);
}

describe('bicubicResize', () => {
  it('changes nothing at the same size', () => {
    const picture = patterned(5, 3);
    expect(bicubicResize(picture, 5, 3)).toEqual(picture);
  });

  it.each([
    [3, 2],
    [20, 17],
    [7, 2],
  ])('keeps a constant picture constant at %i x %i', (width, height) => {
    const pixels = new Uint8Array(7 * 5 * 3).fill(93);
    const resized = bicubicResize({ width: 7, height: 5, pixels }, width, height);
    expect(resized).toEqual({ width, height, pixels: new Uint8Array(width * height * 3).fill(93) });
  });

  it('enlarges one pixel to a constant picture', () => {
    const resized = bicubicResize({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) }, 2, 2);
    expect([...resized.pixels]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  it('halves a step with the widened kernel', () => {
    // Weights at distances 0.25, 0.75, 1.25, 1.75 of the cubic (a = -1/2): 111, 29, -9, -3 of 128, each twice
    // over 256. Left of the step by half a target pixel, three taps of eight lie on the bright side:
    // 200 (29 - 9 - 3) / 256 = 13.3; the mirror image is 200 - 13.3 = 186.7. One target pixel further,
    // -3 / 256 of 200 is negative and clamps to 0, and above 200 it is 202.3.
    const step = greyRow([0, 0, 0, 0, 0, 0, 0, 0, 200, 200, 200, 200, 200, 200, 200, 200]);
    expect(reds(bicubicResize(step, 8, 1))).toEqual([0, 0, 0, 13, 187, 202, 200, 200]);
  });

  it('interpolates between two pixels when enlarging', () => {
    // Target centres lie at 0.25 and 0.75 source pixels before or after. At 0.25 of (0, 128): weight of the far
    // pixel is cubic(1.25) = -9/128, of the near one cubic(0.25) = 111/128: -9 / 102 of 128 is below zero. At
    // 0.75: cubic(0.75) = 29/128 and cubic(0.25) = 111/128 over 140: 128 * 29 / 140 = 26.5.
    expect(reds(bicubicResize(greyRow([0, 128]), 4, 1))).toEqual([0, 27, 101, 128 + 11]);
  });

  it('treats rows as it treats columns', () => {
    const row = greyRow([0, 10, 200, 30, 90, 250, 17]);
    const column = { ...row, width: 1, height: 7 };
    expect(reds(bicubicResize(column, 1, 4))).toEqual(reds(bicubicResize(row, 4, 1)));
  });

  it.each([
    [8, 6, { left: 2, top: 1, width: 3, height: 4 }],
    [31, 29, { left: 20, top: 25, width: 11, height: 4 }],
    [13, 6, { left: 0, top: 5, width: 5, height: 1 }],
    [8, 11, { left: 7, top: 0, width: 1, height: 11 }],
  ])('computes a window of %i x %i bit for bit', (width, height, window) => {
    const picture = patterned(13, 11);
    const { left, top } = window;
    const whole = bicubicResize(picture, width, height);
    expect(bicubicResize(picture, width, height, window)).toEqual(
      cropPicture(whole, left, top, window.width, window.height),
    );
  });

  it.each([
    [0, 1, undefined],
    [1.5, 1, undefined],
    [2, 2, { left: 1, top: 0, width: 2, height: 2 }],
    [2, 2, { left: 0, top: -1, width: 1, height: 1 }],
    [2, 2, { left: 0, top: 0, width: 0, height: 1 }],
  ])('refuses %d x %d with the window %j', (width, height, window) => {
    expect(() => bicubicResize(patterned(3, 3), width, height, window)).toThrow(ShapeError);
  });

  it('refuses pixels that do not fill the picture', () => {
    const picture = { ...patterned(3, 3), width: 4 };
    expect(() => bicubicResize(picture, 2, 2)).toThrow(
      'bicubicResize: pixels must be [3, 4, 3], 36 values, got 27.',
    );
  });
});
