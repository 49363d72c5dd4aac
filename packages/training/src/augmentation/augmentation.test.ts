import { Random } from '@restok/core';
import { describe, expect, it } from 'vitest';
import type { Draws } from '../draws';
import { seededDraws } from '../draws';
import { drawAugmentation, sharePixels } from './augmentation';

describe('drawAugmentation', () => {
  /** Uniform numbers in order; whole numbers are the largest there are. */
  function draws(uniforms: number[]): Draws {
    return { uniform: () => uniforms.shift()!, whole: (_, last) => last };
  }

  it('takes a gate for each group, then the numbers of the group', () => {
    const augmentation = drawAugmentation([1, 16, 32, 3], draws([0.5, 0.1, 0.2, 0.3, 0.6, 0.51]));
    expect(augmentation).toEqual({
      colour: { brightness: [0.1], saturation: [0.2], contrast: [0.3] },
      translation: undefined,
      cutout: undefined,
    });
  });

  it('shifts by up to an eighth, and centres rectangles on the picture', () => {
    const { translation, cutout } = drawAugmentation([1, 16, 32, 3], draws([0.9, 0, 0]));
    expect(translation).toEqual({ rows: [2], columns: [4] });
    // A rectangle of 3 x 6: an even side may also be centred on the far edge.
    expect(cutout).toEqual({ rows: [15], columns: [32] });
  });

  it('gives the same for the same seed', () => {
    const draw = (seed: number): unknown => drawAugmentation([4, 16, 16, 3], seededDraws(new Random(seed)));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

describe('sharePixels', () => {
  it('rounds halves up', () => {
    expect([sharePixels(20, 0.125), sharePixels(19, 0.125)]).toEqual([3, 2]);
  });
});
