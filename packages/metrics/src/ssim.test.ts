import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { flatSimilarity } from '../test/flat-similarity';
import { ssim } from './ssim';

const gray = { height: 11, width: 12, channels: 1 };

function flat(value: number, length = 132): number[] {
  return Array.from({ length }, () => value);
}

describe('ssim', () => {
  it('is 1 for equal pictures', () => {
    const ramp = Array.from({ length: 132 }, (_, i) => i / 132);
    expect(ssim(ramp, ramp, gray)).toBeCloseTo(1, 12);
  });

  it('is the luminance term alone for flat pictures', () => {
    // (2 * 0.2 * 0.4 + 0.0001) / (0.04 + 0.16 + 0.0001) = 0.1601 / 0.2001
    expect(flatSimilarity(0.2, 0.4).similarity).toBeCloseTo(0.1601 / 0.2001, 5);
    expect(ssim(flat(0.2), flat(0.4), gray)).toBeCloseTo(flatSimilarity(0.2, 0.4).similarity, 10);
  });

  it('scales its constants with the peak', () => {
    const bytes = ssim(flat(51), flat(102), { ...gray, peak: 255 });
    expect(bytes).toBeCloseTo(ssim(flat(0.2), flat(0.4), gray), 10);
  });

  it('is close to -1 for a pattern against its negative', () => {
    const checkerboard = Array.from({ length: 132 }, (_, i) => (Math.floor(i / 12) + i) % 2);
    const negative = checkerboard.map((value) => 1 - value);
    // Means 0.5, variances 0.25, covariance -0.25: (-0.5 + 0.0009) / (0.5 + 0.0009) but for the window's edge.
    expect(ssim(checkerboard, negative, gray)).toBeCloseTo(-0.4991 / 0.5009, 4);
  });

  it('averages the channels of channels-last pictures', () => {
    const reference = Array.from({ length: 264 }, (_, i) => (i % 2 === 0 ? 0.2 : 0.5));
    const reconstruction = Array.from({ length: 264 }, (_, i) => (i % 2 === 0 ? 0.4 : 0.5));
    const value = ssim(reference, reconstruction, { ...gray, channels: 2 });
    expect(value).toBeCloseTo((flatSimilarity(0.2, 0.4).similarity + 1) / 2, 10);
  });

  it('throws ShapeError when lengths do not fit the format or a side is shorter than the window', () => {
    expect(() => ssim(flat(0), flat(0, 131), gray)).toThrow(ShapeError);
    expect(() => ssim(flat(0), flat(0), { ...gray, height: 12 })).toThrow(
      '12 x 12 x 1 = 144 values, got 132',
    );
    expect(() => ssim(flat(0, 120), flat(0, 120), { ...gray, height: 10 })).toThrow(
      'at least 11, got 10 x 12',
    );
  });
});
