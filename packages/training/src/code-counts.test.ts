import { describe, expect, it } from 'vitest';
import { CodeCounts } from './code-counts';

describe('CodeCounts', () => {
  it('knows the share of the codebook that was chosen in a window, and begins anew after it', () => {
    const counts = new CodeCounts(4);
    counts.add([3, 1, 3]);
    expect(counts.recentUsage).toBe(0);
    expect(counts.endWindow()).toEqual([0, 2]);
    expect(counts.recentUsage).toBe(0.5);
    expect(counts.endWindow()).toEqual([0, 1, 2, 3]);
    expect(counts.recentUsage).toBe(0);
  });

  it('goes on from its state', () => {
    const counts = new CodeCounts(3);
    counts.add([2]);
    const other = new CodeCounts(3);
    other.state = counts.state;
    expect(other.state).toEqual({ codeCounts: [0, 0, 1], recentUsage: 0 });
    other.add([0, 2]);
    expect(other.state.codeCounts).toEqual([1, 0, 2]);
    expect(counts.state.codeCounts).toEqual([0, 0, 1]);
  });
});
