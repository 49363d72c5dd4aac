import { describe, expect, it } from 'vitest';
import { orthonormalRows } from './orthonormal-rows';

describe('orthonormalRows', () => {
  it('makes unit rows at right angles, the first in its own direction', () => {
    const rows = orthonormalRows(Float64Array.of(3, 4, 0, 5, 0, 0), 2);
    // What is left of (5, 0, 0) beside (0.6, 0.8, 0) is (3.2, -2.4, 0), of length 4.
    expect([...rows].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([0.6, 0.8, 0, 0.8, -0.6, 0]);
  });

  it('makes a row zero that those above make up', () => {
    const rows = orthonormalRows(Float64Array.of(1, 0, 0, 1, 7, -2), 3);
    expect([...rows]).toEqual([1, 0, 0, 1, 0, 0]);
  });
});
