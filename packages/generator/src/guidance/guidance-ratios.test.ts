import { ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { firstLatents, guidanceRatios } from './guidance-ratios';

const har = { latentsPerPass: [1, 1, 1, 1, 4, 8, 16, 32, 64], arTokenNum: 4 };

describe('guidanceRatios', () => {
  it('goes from 0 to 1 in equal steps when latents are predicted one by one', () => {
    expect(guidanceRatios({ latentsPerPass: [1, 1, 1, 1, 1] })).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('jumps to 1 within the first latents of a HAR generator and falls back at the first level', () => {
    expect(guidanceRatios(har)).toEqual([
      0,
      1 / 127,
      2 / 3,
      1,
      4 / 127,
      8 / 127,
      16 / 127,
      32 / 127,
      64 / 127,
    ]);
  });

  it('has no jump when only the first latent is predicted alone, or the first two are', () => {
    expect(guidanceRatios({ latentsPerPass: [1, 1, 2, 4], arTokenNum: 1 })).toEqual([0, 1 / 7, 2 / 7, 4 / 7]);
    expect(guidanceRatios({ latentsPerPass: [1, 1, 2, 4], arTokenNum: 2 })).toEqual([0, 1 / 7, 2 / 7, 4 / 7]);
  });

  it('counts passes when told their number', () => {
    expect(guidanceRatios(har, 9)).toEqual([0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1]);
    expect(guidanceRatios(har, 5).at(-1)).toBe(2);
  });

  it.each([1, 0, 2.5, NaN, Infinity])('throws ShapeError for %s steps', (numSteps) => {
    expect(() => guidanceRatios(har, numSteps)).toThrow(ShapeError);
  });
});

describe('firstLatents', () => {
  it('counts what the passes before have predicted', () => {
    expect(firstLatents(har)).toEqual([0, 1, 2, 3, 4, 8, 16, 32, 64]);
  });
});
