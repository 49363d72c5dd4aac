import { describe, expect, it } from 'vitest';
import { addColumnProducts } from './column-products';

describe('addColumnProducts', () => {
  it('adds the inner products of four columns with those from the first of the four on', () => {
    // 8 columns of 3 rows: left[c][r] = c + r, right[c][r] = c - r.
    const [columns, rows] = [8, 3];
    const left = Float64Array.from(
      { length: columns * rows },
      (_, at) => Math.floor(at / rows) + (at % rows),
    );
    const right = Float64Array.from(
      { length: columns * rows },
      (_, at) => Math.floor(at / rows) - (at % rows),
    );
    const products = new Float64Array(4 * columns).fill(100);
    addColumnProducts({ left, right, rows, columns, firstColumn: 4, products });
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < columns; j++) {
        const [a, b] = [4 + i, j];
        const product = a * b + (a + 1) * (b - 1) + (a + 2) * (b - 2);
        expect(products[i * columns + j]).toBe(j < 4 ? 100 : 100 + product);
      }
    }
  });
});
