/** F with F Fᵀ the matrix that it is a factor of. */
export interface SymmetricFactor {
  /** `[size, size]`, row by row; columns from `rank` on are zero. */
  readonly values: Float64Array;
  readonly size: number;
  /** Columns in use. */
  readonly rank: number;
  /** `[size]`: in how many leading columns each row can be other than zero. */
  readonly rowLengths: Int32Array;
}

/** Of the largest entry: what is left of a diagonal below this share, times the size, is rounding. */
const NOISE = Number.EPSILON;

/**
 * Factors a symmetric matrix without negative eigenvalues: Cholesky, taking the row that has most left each time.
 * It ends where nothing is left, so a matrix without an inverse is no special case.
 *
 * @param matrix `[size, size]`, flattened.
 * @source N. Higham, "Analysis of the Cholesky decomposition of a semi-definite matrix", 1990.
 */
export function symmetricFactor(matrix: ArrayLike<number>, size: number): SymmetricFactor {
  const values = new Float64Array(size * size);
  const rowLengths = new Int32Array(size).fill(size);
  const left = Float64Array.from({ length: size }, (_, i) => matrix[i * size + i]!);
  const rows = Array.from({ length: size }, (_, i) => i);
  const least = NOISE * size * left.reduce((largest, value) => Math.max(largest, value), 0);
  for (let rank = 0; rank < size; rank++) {
    const place = placeOfLargest(rows, left);
    const pivot = rows[place]!;
    if (!(left[pivot]! > least)) {
      rows.forEach((row) => (rowLengths[row] = rank));
      return { values, size, rank, rowLengths };
    }
    rows.splice(place, 1);
    rowLengths[pivot] = rank + 1;
    const root = Math.sqrt(left[pivot]!);
    values[pivot * size + rank] = root;
    for (const row of rows) {
      let entry = matrix[row * size + pivot]!;
      const [own, other] = [row * size, pivot * size];
      for (let k = 0; k < rank; k++) {
        entry -= values[own + k]! * values[other + k]!;
      }
      entry /= root;
      values[own + rank] = entry;
      left[row]! -= entry * entry;
    }
  }
  return { values, size, rank: size, rowLengths };
}

function placeOfLargest(rows: readonly number[], left: Float64Array): number {
  let best = 0;
  for (let place = 1; place < rows.length; place++) {
    if (left[rows[place]!]! > left[rows[best]!]!) {
      best = place;
    }
  }
  return best;
}

/**
 * Fᵀ A F for a symmetric matrix A.
 *
 * @param matrix `[size, size]`, flattened.
 * @returns `[rank, rank]`, of which the lower triangle is filled.
 */
export function congruent(
  { values, size, rank, rowLengths }: SymmetricFactor,
  matrix: ArrayLike<number>,
): Float64Array {
  const result = new Float64Array(rank * rank);
  const row = new Float64Array(rank); // of A F
  for (let i = 0; i < size; i++) {
    row.fill(0);
    for (let k = 0; k < size; k++) {
      const entry = matrix[i * size + k]!;
      const start = k * size;
      const length = rowLengths[k]!;
      for (let j = 0; j < length; j++) {
        row[j]! += entry * values[start + j]!;
      }
    }
    const length = rowLengths[i]!;
    for (let a = 0; a < length; a++) {
      const entry = values[i * size + a]!;
      const start = a * rank;
      for (let b = 0; b <= a; b++) {
        result[start + b]! += entry * row[b]!;
      }
    }
  }
  return result;
}
