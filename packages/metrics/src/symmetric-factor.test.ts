import { Random } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { congruent, symmetricFactor } from './symmetric-factor';

/** Double precision, for entries up to about 10. */
const DOUBLE_PRECISION = 1e-12;

const SIZE = 12;

/** G Gᵀ of a random `[12, rank]` matrix. */
function semidefinite(rank: number, seed: number): Float64Array {
  const random = new Random(seed);
  const g = Float64Array.from({ length: SIZE * rank }, () => random.normal());
  return Float64Array.from({ length: SIZE * SIZE }, (_, at) => {
    const [i, j] = [Math.floor(at / SIZE), at % SIZE];
    let sum = 0;
    for (let k = 0; k < rank; k++) {
      sum += g[i * rank + k]! * g[j * rank + k]!;
    }
    return sum;
  });
}

describe('symmetricFactor', () => {
  it('gives back the matrix, and finds its rank', () => {
    for (const rank of [1, 5, SIZE]) {
      const matrix = semidefinite(rank, rank);
      const factor = symmetricFactor(matrix, SIZE);
      expect(factor.rank).toBe(rank);
      for (let at = 0; at < matrix.length; at++) {
        const [i, j] = [Math.floor(at / SIZE), at % SIZE];
        let sum = 0;
        for (let k = 0; k < SIZE; k++) {
          sum += factor.values[i * SIZE + k]! * factor.values[j * SIZE + k]!;
        }
        expect(Math.abs(sum - matrix[at]!)).toBeLessThan(DOUBLE_PRECISION);
      }
    }
  });

  it('has rank 0 for a matrix of zeros', () => {
    expect(symmetricFactor(new Float64Array(9), 3).rank).toBe(0);
  });

  it('takes the row with most left first', () => {
    // 4 first: root 2; the other row keeps 1 / 2 there and has 1 - 1 / 4 left.
    const { values, rowLengths } = symmetricFactor([1, 1, 1, 4], 2);
    expect([...values]).toEqual([0.5, Math.sqrt(0.75), 2, 0]);
    expect([...rowLengths]).toEqual([2, 1]);
  });
});

describe('congruent', () => {
  it('is Fᵀ A F', () => {
    const factor = symmetricFactor(semidefinite(4, 7), SIZE);
    const a = semidefinite(SIZE, 8);
    const result = congruent(factor, a);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j <= i; j++) {
        let wanted = 0;
        for (let k = 0; k < SIZE; k++) {
          for (let l = 0; l < SIZE; l++) {
            wanted += factor.values[k * SIZE + i]! * a[k * SIZE + l]! * factor.values[l * SIZE + j]!;
          }
        }
        expect(Math.abs(result[i * 4 + j]! - wanted)).toBeLessThan(100 * DOUBLE_PRECISION);
      }
    }
  });
});
