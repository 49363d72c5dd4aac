/** Columns that are multiplied at a time. */
export const COLUMN_BLOCK = 4;

/** What `addColumnProducts` multiplies, and where it adds. */
export interface ColumnProducts {
  /** `[columns, rows]`, columns being a multiple of 4. */
  readonly left: Float64Array;
  /** `[columns, rows]`. */
  readonly right: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** The first of the four columns of `left`, a multiple of 4. */
  readonly firstColumn: number;
  /** `[4, columns]`, added to from `firstColumn` on. */
  readonly products: Float64Array;
}

/**
 * Adds the inner products of four columns of `left` with every column of `right` from the first of the four on.
 * Two by two columns at a time, so that each value that is loaded serves two products.
 */
export function addColumnProducts(work: ColumnProducts): void {
  const { left, right, rows, columns, firstColumn, products } = work;
  for (let i = 0; i < COLUMN_BLOCK; i += 2) {
    for (let j = firstColumn; j < columns; j += 2) {
      const left0 = (firstColumn + i) * rows;
      const left1 = left0 + rows;
      const right0 = j * rows;
      const right1 = right0 + rows;
      let sum00 = 0;
      let sum01 = 0;
      let sum10 = 0;
      let sum11 = 0;
      for (let row = 0; row < rows; row++) {
        const a0 = left[left0 + row]!;
        const a1 = left[left1 + row]!;
        const b0 = right[right0 + row]!;
        const b1 = right[right1 + row]!;
        sum00 += a0 * b0;
        sum01 += a0 * b1;
        sum10 += a1 * b0;
        sum11 += a1 * b1;
      }
      const at = i * columns + j;
      products[at]! += sum00;
      products[at + 1]! += sum01;
      products[at + columns]! += sum10;
      products[at + columns + 1]! += sum11;
    }
  }
}
