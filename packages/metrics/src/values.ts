import { ShapeError } from '@restok/core';

/** A tensor of TensorFlow.js, as far as metrics look at it; it stays the caller's. */
export interface TensorValues {
  readonly shape: readonly number[];
  dataSync(): ArrayLike<number>;
}

/** Numbers, flattened, or a tensor of them. */
export type Values = ArrayLike<number> | TensorValues;

/** Rows of numbers: flattened, with their width said apart; an array for each row; or a tensor `[rows, width]`. */
export type RowValues = Values | ArrayLike<ArrayLike<number>>;

export function isTensor(values: object): values is TensorValues {
  return 'dataSync' in values && 'shape' in values;
}

/** All numbers, in the order of their places. */
export function flatValues(values: Values): ArrayLike<number> {
  return isTensor(values) ? values.dataSync() : values;
}

/**
 * Rows, flattened.
 *
 * @param width where it was said apart.
 * @throws ShapeError where nothing says it, or rows are of another width.
 */
export function readRows(
  caller: string,
  rows: RowValues,
  width?: number,
): { readonly values: ArrayLike<number>; readonly width: number } {
  const { values, found } = foundRows(caller, rows);
  const known = width ?? found;
  if (known === undefined) {
    throw new ShapeError(
      `${caller}: rows must say how wide they are, got ${values.length} values. Pass a tensor [rows, width] or an array for each row, or name the width.`,
      { actual: values.length },
    );
  }
  if (found !== undefined && found !== known) {
    throw new ShapeError(`${caller}: rows must have ${known} values, got ${found}. Pass rows of one width.`, {
      expected: known,
      actual: found,
    });
  }
  return { values, width: known };
}

function foundRows(
  caller: string,
  rows: RowValues,
): { readonly values: ArrayLike<number>; readonly found?: number } {
  if (isTensor(rows)) {
    return { values: rows.dataSync(), found: rows.shape.length === 2 ? rows.shape[1] : undefined };
  }
  if (!isNested(rows)) {
    return { values: rows };
  }
  const all = Array.from(rows, (row) => Array.from(row));
  const found = all[0]!.length;
  const other = all.find((row) => row.length !== found);
  if (other !== undefined) {
    throw new ShapeError(
      `${caller}: rows must be of one width, got ${found} and ${other.length} values. Pass whole rows.`,
      { expected: found, actual: other.length },
    );
  }
  return { values: all.flat(), found };
}

function isNested(
  rows: ArrayLike<number> | ArrayLike<ArrayLike<number>>,
): rows is ArrayLike<ArrayLike<number>> {
  return typeof rows[0] === 'object';
}
