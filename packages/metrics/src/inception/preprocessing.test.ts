import { describe, expect, it } from 'vitest';
import { preprocess, preprocessings } from './preprocessing';

/** Single precision of values up to 1. */
const SINGLE_PRECISION = 1e-6;

/** Grey pictures of one row, seen through the first channel. */
function firstRow(values: readonly number[], size: number, how: keyof typeof preprocessings): number[] {
  const pixels = values.flatMap((value) => [value, value, value]);
  const result = preprocess({ pixels, count: 1, height: 1, width: values.length }, size, preprocessings[how]);
  return Array.from({ length: size }, (_, i) => result[i * 3]!);
}

function expectRow(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual).toHaveLength(wanted.length);
  wanted.forEach((value, i) => expect(Math.abs(actual[i]! - value)).toBeLessThan(SINGLE_PRECISION));
}

describe('preprocess', () => {
  it('takes positions from the corners of pixels in the way of TensorFlow 1', () => {
    // Positions 0, 0.5, 1, 1.5: the last lies beyond the second pixel and repeats it.
    expectRow(firstRow([0, 64], 4, 'tensorflow'), [-1, -0.75, -0.5, -0.5]);
  });

  it('takes positions from the centres of pixels in the way of PyTorch', () => {
    // Positions 0 (for -0.25), 0.25, 0.75, 1.25: bytes 0, 25.5, 76.5, 102.
    expectRow(firstRow([0, 102], 4, 'pytorch'), [-1, -0.8, -0.4, -0.2]);
  });

  it('does not smooth when pictures shrink', () => {
    // TensorFlow: positions 0 and 2. PyTorch: 0.5 and 2.5.
    expectRow(firstRow([0, 128, 192, 64], 2, 'tensorflow'), [-1, 0.5]);
    expectRow(firstRow([0, 51, 204, 255], 2, 'pytorch'), [51 / 255 - 1, 459 / 255 - 1]);
  });

  it('interpolates rows as it does columns, each channel and picture by itself', () => {
    // 2 x 1 pictures of two: first channel 0 over 128, second 255 over 255, third 0; then the other way round.
    const pixels = [0, 255, 0, 128, 255, 0, 128, 0, 0, 0, 0, 0];
    const result = preprocess({ pixels, count: 2, height: 2, width: 1 }, 4, preprocessings.tensorflow);
    const pixel = (picture: number, y: number): number[] => [
      ...result.subarray((picture * 16 + y * 4) * 3, (picture * 16 + y * 4) * 3 + 3),
    ];
    expect(pixel(0, 1)).toEqual([-0.5, 127 / 128, -1]);
    expect(pixel(0, 3)).toEqual([0, 127 / 128, -1]);
    expect(pixel(1, 1)).toEqual([-0.5, -1, -1]);
  });
});
