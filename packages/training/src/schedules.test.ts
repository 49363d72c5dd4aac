import { describe, expect, it } from 'vitest';
import { constant, cosine, wsd } from './schedules';

const options = { learningRate: 1, endLearningRate: 0.2, warmupSteps: 4, maxSteps: 24 };

describe('cosine', () => {
  it('rises linearly from zero during the warm-up', () => {
    expect([0, 1, 2, 3, 4].map((step) => cosine(step, options))).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('is half way down in the middle and at the end rate at the end', () => {
    expect(cosine(14, options)).toBeCloseTo(0.6, 12);
    expect(cosine(24, options)).toBeCloseTo(0.2, 12);
  });

  it('rises again past its end', () => {
    // Progress 1.5 is as far from the end as 0.5.
    expect(cosine(34, options)).toBeCloseTo(0.6, 12);
  });

  it('starts at the full rate without a warm-up', () => {
    expect(cosine(0, { ...options, warmupSteps: 0 })).toBe(1);
  });
});

describe('constant', () => {
  it('stays at its rate after the warm-up', () => {
    expect([0, 2, 4, 1000].map((step) => constant(step, options))).toEqual([0, 0.5, 1, 1]);
  });
});

describe('wsd', () => {
  // The last fifth of 20 steps is 16 to 20.
  const stable = { ...options, maxSteps: 20 };

  it('warms up from a hundredth, is constant, and decays with one minus a square root', () => {
    expect(wsd(0, stable)).toBeCloseTo(0.01, 12);
    expect(wsd(2, stable)).toBeCloseTo(0.505, 12);
    expect([4, 10, 15, 16].map((step) => wsd(step, stable))).toEqual([1, 1, 1, 1]);
    // A quarter of the decay is behind: 0.2 + 0.8 * (1 - 1/2).
    expect(wsd(17, stable)).toBeCloseTo(0.6, 12);
  });

  it('stays at the end rate', () => {
    expect([20, 21, 1000].map((step) => wsd(step, stable))).toEqual([0.2, 0.2, 0.2]);
  });
});
