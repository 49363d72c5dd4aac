import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { symmetricEigen } from './symmetric-eigen.mjs';

describe('symmetricEigen', () => {
  it('finds 3 along (1, 1) and 1 along (1, -1)', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    assert.ok(Math.abs(values[0] - 3) < 1e-12 && Math.abs(values[1] - 1) < 1e-12);
    assert.ok(Math.abs(vectors[0] - vectors[1]) < 1e-12);
    assert.ok(Math.abs(vectors[2] + vectors[3]) < 1e-12);
  });

  it('sorts a diagonal matrix, largest first', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(1, 0, 0, 0, 5, 0, 0, 0, 3), 3);
    assert.deepEqual([...values], [5, 3, 1]);
    assert.deepEqual([...vectors], [0, 1, 0, 0, 0, 1, 1, 0, 0]);
  });

  it('leaves its argument as it is', () => {
    const matrix = Float64Array.of(2, 1, 1, 2);
    symmetricEigen(matrix, 2);
    assert.deepEqual([...matrix], [2, 1, 1, 2]);
  });
});
