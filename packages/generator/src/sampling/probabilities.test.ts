import { describe, expect, it } from 'vitest';
import { largestOf, probabilitiesOf } from './probabilities';

describe('probabilitiesOf', () => {
  it('is proportional to the exponential, 0 for what was dropped', () => {
    const logits = Float32Array.of(0, -Infinity, Math.log(3));
    const [first, dropped, last] = probabilitiesOf(logits);
    expect(first).toBeCloseTo(0.25, 7);
    expect(dropped).toBe(0);
    expect(last).toBeCloseTo(0.75, 7);
  });

  it('does not overflow', () => {
    expect([...probabilitiesOf(Float32Array.of(3e38, 3e38, -3e38))]).toEqual([0.5, 0.5, 0]);
  });
});

describe('largestOf', () => {
  it('finds the largest of negative logits', () => {
    expect(largestOf(Float32Array.of(-3, -1, -2))).toBe(-1);
  });

  it('is NaN where a logit is, wherever it stands', () => {
    for (const at of [0, 1, 2]) {
      expect(largestOf(Float32Array.of(-3, -1, -2).fill(NaN, at, at + 1))).toBeNaN();
    }
  });
});
