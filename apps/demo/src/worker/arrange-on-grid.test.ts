import { describe, expect, it } from 'vitest';
import { arrangeOnGrid } from './arrange-on-grid';

describe('arrangeOnGrid', () => {
  it('puts points of a plane where they lie', () => {
    // A grid of 3 by 3 points, wider than high, in mixed order.
    const order = [4, 0, 8, 2, 6, 1, 7, 3, 5];
    const values = Float32Array.from(order.flatMap((point) => [(point % 3) * 10, Math.floor(point / 3)]));
    const cells = [...arrangeOnGrid(values, 2, 3)].map((row) => order[row]!);
    const columns = [0, 1, 2].map((column) => [0, 1, 2].map((row) => cells[row * 3 + column]! % 3));
    const isSorted = (list: number[], sign: number): boolean =>
      list.every((value, i) => i === 0 || (value - list[i - 1]!) * sign > 0);
    // Each column of the grid holds one column of points; directions may be turned around.
    expect(columns.every((column) => new Set(column).size === 1)).toBe(true);
    const along = columns.map((column) => column[0]!);
    expect(isSorted(along, 1) || isSorted(along, -1)).toBe(true);
    const down = [0, 1, 2].map((row) => Math.floor(cells[row * 3]! / 3));
    expect(isSorted(down, 1) || isSorted(down, -1)).toBe(true);
  });

  it('names every row once when there are as many cells', () => {
    const values = Float32Array.from({ length: 16 * 3 }, (_, i) => Math.sin(i * 1.7));
    expect([...arrangeOnGrid(values, 3, 4)].sort((a, b) => a - b)).toEqual([...Array(16).keys()]);
  });

  it('takes rows that exist when all are alike', () => {
    const cells = arrangeOnGrid(new Float32Array(8), 2, 2);
    expect([...cells].sort()).toEqual([0, 1, 2, 3]);
  });
});
