/** Rotations stop when what is off the diagonal is this small a share of the whole. */
const CONVERGED = 1e-22;

/**
 * Eigenvalues and eigenvectors of a small symmetric matrix, by cyclic Jacobi rotations.
 *
 * @param {Float64Array} matrix `[n, n]` row-major, symmetric; left as it is.
 * @param {number} n
 * @returns {{ values: Float64Array, vectors: Float64Array }} largest first; row i of `vectors` `[n, n]` is the
 *   unit eigenvector of value i.
 */
export function symmetricEigen(matrix, n) {
  const a = Float64Array.from(matrix);
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    rows[i * n + i] = 1;
  }
  const total = a.reduce((sum, value) => sum + value * value, 0);
  while (offDiagonal(a, n) > CONVERGED * total) {
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        rotate(a, rows, n, p, q);
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  const values = Float64Array.from(order, (i) => a[i * n + i]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(rows.subarray(from * n, from * n + n), to * n));
  return { values, vectors };
}

/** Sum of squares off the diagonal. */
function offDiagonal(a, n) {
  let sum = 0;
  for (let p = 0; p < n - 1; p++) {
    for (let q = p + 1; q < n; q++) {
      sum += 2 * a[p * n + q] ** 2;
    }
  }
  return sum;
}

/** Turns axes p and q so that a[p, q] becomes 0, and the rows of eigenvectors with them. */
function rotate(a, rows, n, p, q) {
  const apq = a[p * n + q];
  if (apq === 0) {
    return;
  }
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  mixRows(a, n, p, q, cosine, sine);
  mixColumns(a, n, p, q, cosine, sine);
  a[p * n + q] = 0;
  a[q * n + p] = 0;
  mixRows(rows, n, p, q, cosine, sine);
}

function mixRows(a, n, p, q, cosine, sine) {
  for (let i = 0; i < n; i++) {
    const x = a[p * n + i];
    const y = a[q * n + i];
    a[p * n + i] = cosine * x - sine * y;
    a[q * n + i] = sine * x + cosine * y;
  }
}

function mixColumns(a, n, p, q, cosine, sine) {
  for (let i = 0; i < n; i++) {
    const x = a[i * n + p];
    const y = a[i * n + q];
    a[i * n + p] = cosine * x - sine * y;
    a[i * n + q] = sine * x + cosine * y;
  }
}
