import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { psnr } from './psnr';

describe('psnr', () => {
  it('is 20 dB when every sample is off by a tenth of the peak', () => {
    expect(psnr([0.1, 0.5, 0.9], [0.2, 0.4, 1])).toBeCloseTo(20, 10);
  });

  it('uses the peak as the unit', () => {
    expect(psnr([0, 100], [25.5, 125.5], { peak: 255 })).toBeCloseTo(20, 10);
  });

  it('averages the squared error, not the error', () => {
    // Errors 0 and 0.2: mean square 0.02, 10 log10(50) = 16.9897 dB.
    expect(psnr([0, 0], [0, 0.2])).toBeCloseTo(16.9897, 4);
  });

  it('is infinite for equal pictures', () => {
    expect(psnr([0.3, 0.7], [0.3, 0.7])).toBe(Infinity);
  });

  it('throws ShapeError when the lengths differ, nothing is given, or the peak is not positive', () => {
    expect(() => psnr([0, 1], [0])).toThrow(ShapeError);
    expect(() => psnr([], [])).toThrow(ShapeError);
    expect(() => psnr([0], [0], { peak: 0 })).toThrow(ShapeError);
  });
});
