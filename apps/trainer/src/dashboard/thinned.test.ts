import { describe, expect, it } from 'vitest';
import { thinned } from './thinned';

const steps = (count: number) => Array.from({ length: count }, (_, i) => ({ step: i + 1 }));

describe('thinned', () => {
  it('leaves few entries as they are', () => {
    const entries = steps(4);
    expect(thinned(entries, 4)).toBe(entries);
  });

  it('keeps every second of many, the newest and all evaluations', () => {
    const entries = steps(6);
    entries[3] = { step: 4, evaluation: {} } as (typeof entries)[number];
    expect(thinned(entries, 5).map(({ step }) => step)).toEqual([1, 3, 4, 5, 6]);
  });
});
