import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { flatSimilarity } from '../test/flat-similarity';
import { msSsim } from './ms-ssim';

const format = { height: 161, width: 176, channels: 1 };

function picture(pixel: (row: number, column: number) => number): Float64Array {
  return Float64Array.from({ length: 161 * 176 }, (_, i) => pixel(Math.floor(i / 176), i % 176));
}

describe('msSsim', () => {
  it('is 1 for equal pictures', () => {
    const ramp = picture((row, column) => (row + column) / 340);
    expect(msSsim(ramp, ramp, format)).toBeCloseTo(1, 12);
  });

  it('is the luminance term of the coarsest scale to the power of its weight for flat pictures', () => {
    // An even height, so that no zeros enter at the border. Only the fifth weight, 0.1333, sees luminance.
    const even = { height: 176, width: 176, channels: 1 };
    const flat = (value: number): number[] => Array.from({ length: 176 * 176 }, () => value);
    const { similarity, contrastStructure } = flatSimilarity(0.2, 0.4);
    expect(similarity).toBeCloseTo(0.1601 / 0.2001, 5);
    const wanted = contrastStructure ** 0.8668 * similarity ** 0.1333;
    expect(msSsim(flat(0.2), flat(0.4), even)).toBeCloseTo(wanted, 10);
  });

  it('is 0 when a scale is anticorrelated', () => {
    const checkerboard = picture((row, column) => (row + column) % 2);
    const negative = checkerboard.map((value) => 1 - value);
    expect(msSsim(checkerboard, negative, format)).toBe(0);
  });

  it('throws ShapeError when a side is shorter than 161', () => {
    const small = new Float64Array(160 * 176);
    expect(() => msSsim(small, small, { ...format, height: 160 })).toThrow(ShapeError);
    expect(() => msSsim(small, small, { ...format, height: 160 })).toThrow('at least 161, got 160 x 176');
  });
});
