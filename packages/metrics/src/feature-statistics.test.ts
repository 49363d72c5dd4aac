import { Random, ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { FeatureAccumulator, featureStatistics, merge } from './feature-statistics';

/** Two passes over 300 rows in double precision. */
const DOUBLE_PRECISION = 1e-12;

/** Features are rounded to multiples of 2^-40. */
const ROUNDED = 2 ** -41;

/** 300 rows of 7 features of very different sizes, some negative, some zero. */
const DIM = 7;
const ROWS = 300;
const scales = [1, 1e-4, 1000, 2, 0.3, 0, 5];
const random = new Random(5);
const features = Float32Array.from(
  { length: ROWS * DIM },
  (_, i) => scales[i % DIM]! * (random.uniform() - 0.25) + (i % DIM === 3 ? 6 : 0),
);

function rowsOf(order: readonly number[]): Float32Array {
  return Float32Array.from(order.flatMap((row) => [...features.subarray(row * DIM, (row + 1) * DIM)]));
}

describe('featureStatistics', () => {
  it('gives the mean and the covariance with divisor count - 1', () => {
    // Rows (0, 1), (2, 1), (4, 4): means 2 and 2; squared differences 8 and 6, products (-2)(-1) + 0 + 2 * 2 = 6.
    const { mean, covariance, count } = featureStatistics([0, 1, 2, 1, 4, 4], 2);
    expect([...mean]).toEqual([2, 2]);
    expect([...covariance]).toEqual([4, 3, 3, 3]);
    expect(count).toBe(3);
  });

  it('agrees with two passes in double precision', () => {
    const { mean, covariance } = featureStatistics(features, DIM);
    for (let i = 0; i < DIM; i++) {
      const column = (c: number): number[] =>
        Array.from({ length: ROWS }, (_, row) => features[row * DIM + c]!);
      const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / ROWS;
      expect(mean[i]).toBeCloseTo(meanOf(column(i)), 10);
      for (let j = 0; j < DIM; j++) {
        const [x, y] = [column(i), column(j)];
        const [meanX, meanY] = [meanOf(x), meanOf(y)];
        const wanted =
          x.reduce((sum, value, row) => sum + (value - meanX) * (y[row]! - meanY), 0) / (ROWS - 1);
        const tolerance = DOUBLE_PRECISION * scales[i]! * scales[j]! + ROUNDED * (scales[i]! + scales[j]!);
        expect(Math.abs(covariance[i * DIM + j]! - wanted)).toBeLessThanOrEqual(tolerance);
      }
    }
  });

  it('gives exactly zero for features that never change, however large', () => {
    const { covariance } = featureStatistics(
      Float32Array.from({ length: 500 }, () => 12345.678),
      1,
    );
    expect(covariance[0]).toBe(0);
  });

  it('keeps small differences between large features', () => {
    // 2^22 and 2^22 + 2^-40 cannot both be Float64; 2^12 and 2^12 + 2^-40 can: variance 2^-81.
    expect(featureStatistics([4096, 4096 + 2 ** -40], 1).covariance[0]).toBe(2 ** -81);
  });

  it('gives the same digits for rows in any order', () => {
    const inOrder = featureStatistics(features, DIM);
    const order = new Random(1).permutation(ROWS);
    const shuffled = featureStatistics(rowsOf([...order]), DIM);
    expect(shuffled.sums).toEqual(inOrder.sums);
    expect(shuffled.mean).toEqual(inOrder.mean);
    expect(shuffled.covariance).toEqual(inOrder.covariance);
  });

  it('throws ShapeError for half a row, what is not a number, and what is too large', () => {
    expect(() => featureStatistics([1, 2, 3], 2)).toThrow(ShapeError);
    expect(() => featureStatistics([1], 0)).toThrow('dim must be a whole number from 1 on, got 0');
    expect(() => featureStatistics([1, 2, 3, Number.NaN], 2)).toThrow('got NaN in row 1');
    expect(() => featureStatistics([2 ** 23], 1)).toThrow('below 2^23');
  });

  it('throws ShapeError when the covariance of one row is asked for', () => {
    const one = featureStatistics([1, 2], 2);
    expect([...one.mean]).toEqual([1, 2]);
    expect(() => one.covariance).toThrow('covariance needs at least 2 rows, got 1');
  });
});

describe('merge', () => {
  it('gives the digits of one pass, for shards of any size in any order', () => {
    const whole = featureStatistics(features, DIM);
    for (const seed of [2, 3, 4]) {
      const draws = new Random(seed);
      const shards: Float32Array[] = [];
      for (let start = 0; start < ROWS;) {
        const end = Math.min(ROWS, start + 1 + Math.floor(draws.uniform() * 60));
        shards.push(features.slice(start * DIM, end * DIM));
        start = end;
      }
      const merged = [...draws.permutation(shards.length)]
        .map((shard) => featureStatistics(shards[shard]!, DIM))
        .reduce(merge);
      expect(merged.sums).toEqual(whole.sums);
      expect(merged.mean).toEqual(whole.mean);
      expect(merged.covariance).toEqual(whole.covariance);
    }
  });

  it('leaves its arguments as they are', () => {
    const a = featureStatistics([1, 2], 1);
    const b = featureStatistics([3], 1);
    expect([...merge(a, b).mean, a.count, ...a.mean, ...b.mean]).toEqual([2, 2, 1.5, 3]);
  });

  it('throws ShapeError when the numbers of features differ', () => {
    expect(() => merge(featureStatistics([1], 1), featureStatistics([1, 2], 2))).toThrow(ShapeError);
  });
});

describe('FeatureAccumulator', () => {
  it('gives the digits of one pass', () => {
    const accumulator = new FeatureAccumulator(DIM);
    for (let row = 0; row < ROWS; row += 50) {
      accumulator.add(features.subarray(row * DIM, (row + 50) * DIM));
    }
    expect(accumulator.statistics().sums).toEqual(featureStatistics(features, DIM).sums);
  });

  it('gives statistics that later rows do not change', () => {
    const accumulator = new FeatureAccumulator(1);
    accumulator.add([1, 3]);
    const early = accumulator.statistics();
    accumulator.add([100]);
    expect([...early.mean, early.count]).toEqual([2, 2]);
  });

  it('adds nothing of features that it refuses', () => {
    const accumulator = new FeatureAccumulator(1);
    accumulator.add([1, 3]);
    expect(() => accumulator.add([5, Infinity])).toThrow('FeatureAccumulator.add');
    expect([...accumulator.statistics().mean]).toEqual([2]);
  });
});
