import { tensorsLeftBy, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PictureSet } from './picture-set';
import { pixelComponents, project } from './pixel-components';

/** Single precision of pixels in 0 to 1. */
const SINGLE_PRECISION = 1e-5;

/** 2 x 1 pictures whose first sample alternates and whose last grows slowly. */
const pictures: PictureSet = {
  count: 6,
  height: 1,
  width: 2,
  bytes: (index) => Uint8Array.of(index % 2 === 0 ? 0 : 204, 51, 51, 51, 51, 51 + index),
};

beforeAll(() => useTestBackend('cpu'));

describe('pixelComponents', () => {
  it('finds the mean picture and the direction of the largest differences first', () => {
    const { count, mean, components } = pixelComponents(pictures);
    expect(count).toBe(6);
    expect(mean[0]).toBeCloseTo(0.4, 6);
    expect(Math.abs(components[0]!)).toBeGreaterThan(0.99);
  });

  it('gives the same numbers every time and leaves no tensors behind', async () => {
    const first = pixelComponents(pictures);
    expect(await tensorsLeftBy(() => expect(pixelComponents(pictures)).toEqual(first))).toBe(0);
  });
});

describe('project', () => {
  it('gives coordinates about the mean, which keep distances inside the subspace', () => {
    const { count, mean, components } = pixelComponents(pictures);
    const coordinates = project(pictures, mean, components);
    const squares = [...coordinates.subarray(0, count)].reduce((sum, value) => sum + value * value, 0);
    // The first picture differs from the mean by 0.4 in one sample, by 2.5 / 255 in another.
    expect(Math.abs(squares - (0.4 ** 2 + (2.5 / 255) ** 2))).toBeLessThan(SINGLE_PRECISION);
  });
});
