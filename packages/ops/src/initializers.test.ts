import { Random } from '@restok/core';
import { describe, expect, it } from 'vitest';
import type { Initializer } from './initializers';
import { initializations, initialValues, normal, ones, uniform, weight, zeros } from './initializers';

/** 20,000 values: the deviation of a drawn deviation is half a percent of it; 3 % is six times that. */
const SHAPE = [100, 200];
const SHARE = 0.03;

function deviation(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function draw(initializer: Initializer, shape: readonly number[] = SHAPE, seed = 1): Float32Array {
  return initialValues(initializer, shape, initializations.published, new Random(seed));
}

describe('initialValues', () => {
  it('fills constants', () => {
    expect([...draw(zeros, [2, 1, 3])]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...draw(ones, [2])]).toEqual([1, 1]);
    expect([...draw({ kind: 'constant', value: -0.5 }, [1])]).toEqual([-0.5]);
  });

  it('draws normal values of the deviation', () => {
    const values = draw(normal(3));
    expect(Math.abs(deviation(values) / 3 - 1)).toBeLessThan(SHARE);
    expect(largest(values)).toBeGreaterThan(3 * 3);
  });

  it('draws uniform values up to the limit on both sides', () => {
    const values = draw(uniform(0.5));
    expect(Math.abs(deviation(values) / (0.5 / Math.sqrt(3)) - 1)).toBeLessThan(SHARE);
    expect(Math.min(...values)).toBeLessThan(-0.49);
    expect(Math.max(...values)).toBeGreaterThan(0.49);
    expect(largest(values)).toBeLessThanOrEqual(0.5);
  });

  it('leaves weights to the scheme', () => {
    const scheme = (shape: readonly number[]): Float32Array => Float32Array.from(shape);
    expect([...initialValues(weight, [4, 9], scheme, new Random(1))]).toEqual([4, 9]);
  });

  it.each([weight, normal(1), uniform(1)])(
    'gives the same values for the same seed, as %j',
    (initializer) => {
      expect(draw(initializer, [3, 3], 5)).toEqual(draw(initializer, [3, 3], 5));
      expect(draw(initializer, [3, 3], 5)).not.toEqual(draw(initializer, [3, 3], 6));
    },
  );
});

describe('initializations', () => {
  it('has a deviation of 0.02 whatever the shape, as published', () => {
    for (const shape of [SHAPE, [20_000, 1], [100, 8, 5, 5]]) {
      const values = initializations.published(shape, new Random(2));
      expect(Math.abs(deviation(values) / 0.02 - 1)).toBeLessThan(SHARE);
    }
  });

  it('cuts published weights at 2, not at two deviations', () => {
    const values = initializations.published(SHAPE, new Random(2));
    expect(largest(values)).toBeGreaterThan(3 * 0.02);
    expect(largest(values)).toBeLessThanOrEqual(2);
  });

  it('preserves variance by a deviation of one over the root of the inputs', () => {
    // Inputs of a linear layer and of a convolution of size 3.
    for (const [shape, fanIn] of [
      [[100, 200], 200],
      [[100, 25, 3, 3], 225],
    ] as const) {
      const values = initializations.variancePreserving(shape, new Random(3));
      expect(Math.abs(deviation(values) * Math.sqrt(fanIn) - 1)).toBeLessThan(SHARE);
    }
  });

  it('cuts variance-preserving weights at two deviations of the normal that is cut', () => {
    const values = initializations.variancePreserving([100, 200], new Random(3));
    // A standard normal cut at 2 has deviation 0.8796.
    expect(largest(values) * Math.sqrt(200) * 0.8796).toBeLessThanOrEqual(2.001);
    expect(largest(values) * Math.sqrt(200) * 0.8796).toBeGreaterThan(1.95);
  });
});
