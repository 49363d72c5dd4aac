import { ShapeError } from '@restok/core';
import type { RowValues } from './values';
import { readRows } from './values';

export interface PrecisionRecallOptions {
  /** Features in a row; where sets are flattened. */
  readonly dim?: number;
  /** Which neighbour's distance is the radius, the row itself being the 0th; 3 when left out. */
  readonly k?: number;
}

export interface PrecisionRecall {
  /** Share of samples inside the reference's manifold: how many look real. */
  readonly precision: number;
  /** Share of the reference inside the samples' manifold: how much of it is covered. */
  readonly recall: number;
}

/**
 * Improved precision and recall: the manifold of a set is the union of balls around its rows, each reaching to the
 * row's k-th neighbour in its own set.
 *
 * The work grows with rows times rows; published figures use 10,000 of each.
 *
 * @param reference `[rows, dim]`.
 * @param samples `[rows, dim]`.
 * @throws ShapeError when the values do not fill rows, or a set has no more than k rows.
 * @source T. Kynkäänniemi et al., arXiv 1904.06991; method.md, section 10.
 */
export function precisionRecall(
  reference: RowValues,
  samples: RowValues,
  { dim: given, k = 3 }: PrecisionRecallOptions = {},
): PrecisionRecall {
  const { values: referenceValues, width: dim } = readRows('precisionRecall', reference, given);
  const { values: sampleValues } = readRows('precisionRecall', samples, dim);
  checkRows('reference', referenceValues, dim, k);
  checkRows('samples', sampleValues, dim, k);
  const referenceRows = Float64Array.from(referenceValues);
  const sampleRows = Float64Array.from(sampleValues);
  return {
    precision: shareInside(sampleRows, referenceRows, squaredRadii(referenceRows, dim, k)),
    recall: shareInside(referenceRows, sampleRows, squaredRadii(sampleRows, dim, k)),
  };
}

/**
 * Squared distance of each row to its k-th neighbour, the row itself being the 0th.
 *
 * @param rows `[n, dim]`, flattened, with n > k.
 * @returns `[n]`.
 */
export function squaredRadii(rows: Float64Array, dim: number, k: number): Float64Array {
  const count = rows.length / dim;
  // [count, k + 1], ascending in each row.
  const nearest = new Float64Array(count * (k + 1)).fill(Infinity);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      const distance = squaredDistance(rows, a, rows, b, dim);
      insert(nearest, a, k, distance);
      if (b !== a) {
        insert(nearest, b, k, distance);
      }
    }
  }
  return Float64Array.from({ length: count }, (_, row) => nearest[row * (k + 1) + k]!);
}

/** Keeps the k + 1 smallest distances of a row in order. */
function insert(nearest: Float64Array, row: number, k: number, distance: number): void {
  const start = row * (k + 1);
  let place = k;
  if (distance >= nearest[start + place]!) {
    return;
  }
  for (; place > 0 && nearest[start + place - 1]! > distance; place--) {
    nearest[start + place] = nearest[start + place - 1]!;
  }
  nearest[start + place] = distance;
}

/** Share of `rows` within the ball of any centre, its surface included. */
function shareInside(rows: Float64Array, centres: Float64Array, radii: Float64Array): number {
  const dim = centres.length / radii.length;
  const count = rows.length / dim;
  let inside = 0;
  for (let row = 0; row < count; row++) {
    if (radii.some((radius, centre) => squaredDistance(rows, row, centres, centre, dim) <= radius)) {
      inside++;
    }
  }
  return inside / count;
}

function squaredDistance(a: Float64Array, rowA: number, b: Float64Array, rowB: number, dim: number): number {
  const startA = rowA * dim;
  const startB = rowB * dim;
  let sum = 0;
  for (let i = 0; i < dim; i++) {
    const difference = a[startA + i]! - b[startB + i]!;
    sum += difference * difference;
  }
  return sum;
}

function checkRows(name: string, values: ArrayLike<number>, dim: number, k: number): void {
  const rows = values.length / dim;
  if (!Number.isInteger(k) || k < 1 || !Number.isInteger(rows) || rows <= k) {
    throw new ShapeError(
      `precisionRecall: ${name} must be [more than k, ${dim}] with a whole k of at least 1, got ${values.length} values and k ${k}. Pass more rows, or a smaller k.`,
      { dim, k, actual: values.length },
    );
  }
}
