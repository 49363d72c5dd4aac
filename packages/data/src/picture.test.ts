import { ShapeError } from '@restok/core/errors';
import { describe, expect, it } from 'vitest';
import { checkPicture, fromUnitRange, toUnitRange } from './picture';

describe('toUnitRange', () => {
  it('divides by 255', () => {
    const picture = { width: 1, height: 1, pixels: Uint8Array.of(0, 51, 255) };
    expect(toUnitRange(picture)).toEqual(Float32Array.of(0, 0.2, 1));
  });
});

describe('fromUnitRange', () => {
  it('turns NaN into 0 and infinities into the ends', () => {
    expect([...fromUnitRange([NaN, Infinity, -Infinity], 1, 1).pixels]).toEqual([0, 255, 0]);
  });

  it.each([
    [5, 2, 1],
    [7, 2, 1],
    [0, 0, 0],
    [6, 1.5, 4 / 3],
  ])('refuses %i values for %d x %d', (count, width, height) => {
    expect(() => fromUnitRange(new Float32Array(count), width, height)).toThrow(ShapeError);
  });
});

describe('checkPicture', () => {
  it('says what the pixels should be', () => {
    const picture = { width: 2, height: 3, pixels: new Uint8Array(17) };
    expect(() => checkPicture('draw', picture)).toThrow(
      'draw: pixels must be [3, 2, 3], 18 values, got 17. Check width and height.',
    );
    expect(() => checkPicture('draw', { ...picture, width: -2 })).toThrow(
      'draw: width and height must be whole numbers from 1, got -2 x 3. Pass the size in pixels.',
    );
  });
});
