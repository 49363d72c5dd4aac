import { describe, expect, it } from 'vitest';
import { cachePosition } from './cache-positions';
import { harLayout } from './har-layout';
import { plainLayout } from './plain-layout';
import type { SequenceLayout } from './sequence-layout';

const startsOf = (layout: SequenceLayout, published: boolean): number[] =>
  layout.passes.map((pass) => cachePosition(layout, pass, published));

describe('cachePosition', () => {
  it('is where the pass stands in training', () => {
    expect(startsOf(harLayout(16, 1), false)).toEqual([0, 1, 2, 4, 8]);
    expect(startsOf(harLayout(16, 4), false)).toEqual([0, 1, 2, 3, 4, 8]);
  });

  it('lies one place before that in the published code, for one latent by itself', () => {
    expect(startsOf(harLayout(16, 1), true)).toEqual([0, 0, 1, 3, 7]);
  });

  it('is the same in the published code for every other model', () => {
    expect(startsOf(harLayout(16, 4), true)).toEqual([0, 1, 2, 3, 4, 8]);
    expect(startsOf(plainLayout(4), true)).toEqual([0, 1, 2, 3]);
  });
});
