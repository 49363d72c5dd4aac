import { Random } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { symmetricEigenvalues } from './symmetric-eigenvalues';

/** Double precision, for eigenvalues up to about 10. */
const DOUBLE_PRECISION = 1e-13;

function sorted(values: ArrayLike<number>): number[] {
  return Array.from(values).sort((a, b) => a - b);
}

function expectEigenvalues(matrix: readonly number[], size: number, wanted: readonly number[]): void {
  const found = sorted(symmetricEigenvalues(matrix, size));
  sorted(wanted).forEach((value, i) => expect(Math.abs(found[i]! - value)).toBeLessThan(DOUBLE_PRECISION));
}

describe('symmetricEigenvalues', () => {
  it('finds those of matrices worked out by hand', () => {
    expectEigenvalues([7], 1, [7]);
    expectEigenvalues([2, 1, 1, 2], 2, [1, 3]);
    // Trace 6, and the rows of a circulant matrix: 4, 1, 1.
    expectEigenvalues([2, 1, 1, 1, 2, 1, 1, 1, 2], 3, [4, 1, 1]);
    expectEigenvalues([0, 0, 0, 0], 2, [0, 0]);
    expectEigenvalues([3, 0, 0, 0, -2, 0, 0, 0, 5], 3, [3, -2, 5]);
  });

  it('finds those of the second difference, 2 - 2 cos(k π / 41)', () => {
    const size = 40;
    const matrix = Array.from({ length: size * size }, (_, at) => {
      const distance = Math.abs((at % size) - Math.floor(at / size));
      return distance === 0 ? 2 : distance === 1 ? -1 : 0;
    });
    const wanted = Array.from({ length: size }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (size + 1)));
    expectEigenvalues(matrix, size, wanted);
  });

  it('finds those that a rotated diagonal was given, repeated ones included', () => {
    const size = 30;
    const random = new Random(2);
    const wanted = Array.from({ length: size }, (_, i) => (i < 8 ? 5 : i < 12 ? 0 : random.normal()));
    // H D H with a reflection H = 1 - 2 u uᵀ, twice.
    let matrix = Float64Array.from({ length: size * size }, (_, at) =>
      at % (size + 1) === 0 ? wanted[at / (size + 1)]! : 0,
    );
    for (let repeat = 0; repeat < 2; repeat++) {
      const u = Array.from({ length: size }, () => random.normal());
      const squares = u.reduce((sum, value) => sum + value * value, 0);
      const entry = (i: number, j: number): number => (i === j ? 1 : 0) - (2 * u[i]! * u[j]!) / squares;
      const before = matrix;
      const half = Float64Array.from({ length: size * size }, (_, at) =>
        u.reduce((sum, _, k) => sum + entry(Math.floor(at / size), k) * before[k * size + (at % size)]!, 0),
      );
      matrix = Float64Array.from({ length: size * size }, (_, at) =>
        u.reduce((sum, _, k) => sum + half[Math.floor(at / size) * size + k]! * entry(k, at % size), 0),
      );
    }
    expectEigenvalues([...matrix], size, wanted);
  });

  it('reads only the lower triangle, and leaves it as it is', () => {
    const matrix = Float64Array.of(2, 99, 1, 2);
    expect(sorted(symmetricEigenvalues(matrix, 2))[1]).toBeCloseTo(3, 12);
    expect([...matrix]).toEqual([2, 99, 1, 2]);
  });

  it('throws for what is not finite', () => {
    expect(() => symmetricEigenvalues([1, 0, Number.NaN, 1], 2)).toThrow(RangeError);
  });
});
