/** Rotations stop when what is off the diagonal is this small a share of the whole. */
const CONVERGED = 1e-22;

/** Eigenvalues, largest first, and row by row the unit vector of each. */
export interface Eigen {
  readonly values: Float64Array;
  /** `[n, n]`. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a small symmetric matrix, by cyclic Jacobi rotations.
 *
 * @param matrix `[n, n]`, symmetric; left as it is.
 */
export function jacobiEigen(matrix: Float64Array, n: number): Eigen {
  const a = Float64Array.from(matrix);
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    rows[i * n + i] = 1;
  }
  const enough = CONVERGED * a.reduce((sum, value) => sum + value * value, 0);
  while (squaresOffDiagonal(a, n) > enough) {
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        rotate(a, rows, n, p, q);
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(rows.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (i) => a[i * n + i]!), vectors };
}

function squaresOffDiagonal(a: Float64Array, n: number): number {
  let sum = 0;
  for (let p = 0; p < n - 1; p++) {
    for (let q = p + 1; q < n; q++) {
      sum += 2 * a[p * n + q]! ** 2;
    }
  }
  return sum;
}

/** Turns axes p and q so that a[p, q] becomes 0, and the rows of eigenvectors with them. */
function rotate(a: Float64Array, rows: Float64Array, n: number, p: number, q: number): void {
  const beside = a[p * n + q]!;
  if (beside === 0) {
    return;
  }
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * beside);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  mix(a, { first: p * n, second: q * n, stride: 1, n }, cosine, sine);
  mix(a, { first: p, second: q, stride: n, n }, cosine, sine);
  a[p * n + q] = 0;
  a[q * n + p] = 0;
  mix(rows, { first: p * n, second: q * n, stride: 1, n }, cosine, sine);
}

/** Two rows (stride 1) or columns (stride n) of a matrix. */
interface Pair {
  readonly first: number;
  readonly second: number;
  readonly stride: number;
  readonly n: number;
}

function mix(values: Float64Array, { first, second, stride, n }: Pair, cosine: number, sine: number): void {
  for (let i = 0; i < n; i++) {
    const x = values[first + i * stride]!;
    const y = values[second + i * stride]!;
    values[first + i * stride] = cosine * x - sine * y;
    values[second + i * stride] = sine * x + cosine * y;
  }
}
