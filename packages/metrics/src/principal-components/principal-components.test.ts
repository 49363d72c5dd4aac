import { tensorsLeftBy, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ComparedPictures } from './principal-components';
import { principalComponents, project } from './principal-components';

/** Single precision of pixels in 0 to 1. */
const SINGLE_PRECISION = 1e-5;

/** 2 x 1 pictures whose first sample alternates and whose last grows slowly. */
const pictures: ComparedPictures = {
  count: 6,
  bytes: (index) => Promise.resolve(Uint8Array.of(index % 2 === 0 ? 0 : 204, 51, 51, 51, 51, 51 + index)),
};

function setOf(rows: readonly (readonly number[])[]): ComparedPictures {
  return { count: rows.length, bytes: (index) => Uint8Array.from(rows[index]!) };
}

/** What the last sample adds at most: its own variance, (35 / 12) / 255². */
const VARIANCE_OF_OTHERS = 1e-4;
const OPTIONS = { count: 64, passes: 6, seed: 1 };

beforeAll(() => useTestBackend('cpu'));

describe('principalComponents', () => {
  it('finds the mean picture and the direction of the largest differences first', async () => {
    const { count, mean, components, variances } = await principalComponents(pictures, OPTIONS);
    expect(count).toBe(6);
    expect(mean[0]).toBeCloseTo(0.4, 6);
    expect(Math.abs(components[0]!)).toBeGreaterThan(0.99);
    // Half of the pictures are 0.4 above the mean in one sample, half as much below.
    expect(Math.abs(variances[0]! - 0.16)).toBeLessThan(VARIANCE_OF_OTHERS);
    expect([...variances]).toEqual([...variances].sort((a, b) => b - a));
  });

  it('finds the mean, the directions and the variances of pictures that vary in two ways', async () => {
    // About (100, 100, 100, 51): the first sample by ±51 (0.2), the last by ±30, each in half of them.
    const set = setOf([
      [151, 100, 100, 51],
      [49, 100, 100, 51],
      [100, 100, 100, 81],
      [100, 100, 100, 21],
    ]);
    const { mean, components, variances } = await principalComponents(set, { count: 2, passes: 3, seed: 1 });
    expect([...mean].map((value) => Math.round(value * 255))).toEqual([100, 100, 100, 51]);
    expect(Math.abs(variances[0]! - 0.02)).toBeLessThan(1e-6);
    expect(Math.abs(Math.abs(components[0]!) - 1)).toBeLessThan(1e-5);
    expect(Math.abs(variances[1]! - (30 / 255) ** 2 / 2)).toBeLessThan(1e-6);
    expect(Math.abs(Math.abs(components[7]!) - 1)).toBeLessThan(1e-5);
    const coordinates = await project(set, mean, components);
    expect(Math.abs(Math.abs(coordinates[0]!) - 0.2)).toBeLessThan(1e-5);
    expect(Math.abs(coordinates[0]! + coordinates[2]!)).toBeLessThan(1e-5);
  });

  it('gives the same numbers every time and leaves no tensors behind', async () => {
    const first = await principalComponents(pictures, OPTIONS);
    const again = async (): Promise<void> =>
      expect(await principalComponents(pictures, OPTIONS)).toEqual(first);
    expect(await tensorsLeftBy(again)).toBe(0);
  });
});

describe('project', () => {
  it('gives coordinates about the mean, which keep distances inside the subspace', async () => {
    const { count, mean, components } = await principalComponents(pictures, OPTIONS);
    const coordinates = await project(pictures, mean, components);
    const squares = [...coordinates.subarray(0, count)].reduce((sum, value) => sum + value * value, 0);
    // The first picture differs from the mean by 0.4 in one sample, by 2.5 / 255 in another.
    expect(Math.abs(squares - (0.4 ** 2 + (2.5 / 255) ** 2))).toBeLessThan(SINGLE_PRECISION);
  });
});
