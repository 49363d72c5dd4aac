import { describe, expect, it } from 'vitest';
import { guidedLogits } from './guided-logits';

describe('guidedLogits', () => {
  it('goes from the logits without a class towards those with one, and past them', () => {
    const both = Float32Array.of(3, 5, 1, 6);
    expect([...guidedLogits(both, 2)]).toEqual([5, 4]);
    expect([...guidedLogits(both, 0.5)]).toEqual([2, 5.5]);
    expect([...both]).toEqual([3, 5, 1, 6]);
  });

  it('takes those of the class at a scale of 1, even beside infinite ones', () => {
    expect([...guidedLogits(Float32Array.of(3, 5, -Infinity, 6), 1)]).toEqual([3, 5]);
  });
});
