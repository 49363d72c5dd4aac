import { Random, ShapeError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { featureStatistics } from './feature-statistics';
import { frechetDistance } from './frechet-distance';

/** Double precision through an eigen-decomposition. */
const EIGENVALUES = 1e-9;

const diagonal = (values: readonly number[]): Float64Array =>
  Float64Array.from({ length: values.length ** 2 }, (_, i) =>
    i % (values.length + 1) === 0 ? values[i / (values.length + 1)]! : 0,
  );

describe('frechetDistance', () => {
  it('is (µa - µb)² + (σa - σb)², summed over independent features', () => {
    const a = { mean: [0, 1], covariance: diagonal([4, 9]) };
    const b = { mean: [3, 1], covariance: diagonal([1, 25]) };
    // 9 + 0 + (2 - 1)² + (3 - 5)²
    expect(frechetDistance(a, b)).toBeCloseTo(14, 9);
  });

  it('is 0 between statistics and themselves, and never below', () => {
    const random = new Random(3);
    const rows = Float32Array.from({ length: 40 * 6 }, () => random.uniform());
    const statistics = featureStatistics(rows, 6);
    expect(frechetDistance(statistics, statistics)).toBeGreaterThanOrEqual(0);
    expect(frechetDistance(statistics, statistics)).toBeLessThan(EIGENVALUES);
  });

  it('does not depend on which is the reference', () => {
    const random = new Random(4);
    const draw = (rows: number): Float32Array =>
      Float32Array.from({ length: rows * 5 }, () => random.uniform() ** 2);
    const [a, b] = [featureStatistics(draw(30), 5), featureStatistics(draw(20), 5)];
    expect(Math.abs(frechetDistance(a, b) - frechetDistance(b, a))).toBeLessThan(EIGENVALUES);
  });

  it('is right where features have no spread at all', () => {
    const still = { mean: [1, 2], covariance: diagonal([0, 0]) };
    // Nothing to overlap: squared distance of means and both traces.
    expect(frechetDistance(still, { mean: [1, 0], covariance: diagonal([3, 0]) })).toBeCloseTo(7, 12);
    expect(frechetDistance(still, still)).toBe(0);
  });

  it('is right for covariances of rank one', () => {
    // Σa = u uᵀ, Σb = v vᵀ: the square root has the trace |u · v|. Here u = (1, 2), v = (2, 1): 5 + 5 - 2 * 4.
    const a = { mean: [0, 0], covariance: [1, 2, 2, 4] };
    const b = { mean: [0, 0], covariance: [4, 2, 2, 1] };
    expect(Math.abs(frechetDistance(a, b) - 2)).toBeLessThan(EIGENVALUES);
  });

  it('throws ShapeError when the numbers of features differ', () => {
    const two = { mean: [0, 0], covariance: diagonal([1, 1]) };
    expect(() => frechetDistance({ mean: [0], covariance: [1] }, two)).toThrow(ShapeError);
    expect(() => frechetDistance({ mean: [0, 0], covariance: [1] }, two)).toThrow(ShapeError);
  });
});
