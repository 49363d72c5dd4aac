import { describe, expect, it } from 'vitest';
import { jacobiEigen } from './jacobi-eigen';

describe('jacobiEigen', () => {
  it('gives eigenvalues, largest first, and unit vectors', () => {
    const { values, vectors } = jacobiEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(values[0]).toBeCloseTo(3, 12);
    expect(values[1]).toBeCloseTo(1, 12);
    [...vectors].forEach((entry) => expect(Math.abs(entry)).toBeCloseTo(Math.SQRT1_2, 12));
    expect(vectors[0]! * vectors[1]!).toBeGreaterThan(0);
    expect(vectors[2]! * vectors[3]!).toBeLessThan(0);
  });

  it('satisfies A v = λ v, repeated values included', () => {
    const a = Float64Array.of(2, 1, 1, 1, 2, 1, 1, 1, 2);
    const { values, vectors } = jacobiEigen(a, 3);
    [4, 1, 1].forEach((wanted, i) => expect(values[i]).toBeCloseTo(wanted, 12));
    for (let v = 0; v < 3; v++) {
      for (let row = 0; row < 3; row++) {
        const product = [0, 1, 2].reduce((sum, k) => sum + a[row * 3 + k]! * vectors[v * 3 + k]!, 0);
        expect(product).toBeCloseTo(values[v]! * vectors[v * 3 + row]!, 12);
      }
    }
  });
});
