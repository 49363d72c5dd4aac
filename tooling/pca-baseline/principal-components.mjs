import { Random } from '@restok/core';
import { matrixProduct } from './matrix-product.mjs';
import { symmetricEigen } from './symmetric-eigen.mjs';

/** Pictures in one matrix product: 25 MB of 64x64 ones. */
const BLOCK = 512;

/** Extra directions, dropped at the end, that make the wanted ones converge. */
const OVERSAMPLING = 16;

/**
 * Principal components of pictures by randomized subspace iteration.
 *
 * Starting from random directions Q, each pass replaces Q by an orthonormal basis of C Q, where C is the
 * covariance, never formed: C Q = Σ (x - µ) (x - µ)ᵀ Q over blocks of pictures. At the end the covariance inside
 * the subspace is diagonalised.
 *
 * @param {import('@restok/data').EmojiDataset} pictures
 * @param {{ count: number, passes: number, seed: number, onPass?: (pass: number) => void }} options
 * @returns {{ mean: Float32Array, components: Float32Array, variances: Float64Array }} mean picture `[d]`,
 *   unit components `[count, d]` and the variance along each, largest first.
 * @source N. Halko, P. Martinsson, J. Tropp, "Finding structure with randomness", 2011, algorithm 4.4.
 */
export function principalComponents(pictures, { count, passes, seed, onPass }) {
  const dimensions = pictures.bytes(0).length;
  const rows = Math.min(count + OVERSAMPLING, dimensions, pictures.count);
  const mean = meanPicture(pictures);
  const random = new Random(seed);
  let basis = Float32Array.from({ length: rows * dimensions }, () => random.normal());
  for (let pass = 0; pass < passes; pass++) {
    onPass?.(pass);
    basis = orthonormalRows(timesCovariance(pictures, mean, basis, rows), rows);
  }
  onPass?.(passes);
  const projections = project(pictures, mean, basis, rows);
  const { values, vectors } = symmetricEigen(innerCovariance(projections, rows), rows);
  const kept = Math.min(count, rows);
  const turn = Float32Array.from(vectors.subarray(0, kept * rows));
  const components = matrixProduct({ values: turn, rows: kept }, { values: basis, rows });
  return { mean, components, variances: values.slice(0, kept) };
}

/**
 * Coordinates of pictures along components, about the mean.
 *
 * @returns {Float32Array} `[pictures, count]`
 */
export function project(pictures, mean, components, count) {
  const coordinates = new Float32Array(pictures.count * count);
  for (let start = 0; start < pictures.count; start += BLOCK) {
    const block = centredBlock(pictures, mean, start);
    const transposed = { values: components, rows: count, transposed: true };
    coordinates.set(matrixProduct(block, transposed), start * count);
  }
  return coordinates;
}

/** Pictures start ... start + 511 in 0 ... 1 without the mean: the matrix `[n, d]`. */
function centredBlock(pictures, mean, start) {
  const size = Math.min(BLOCK, pictures.count - start);
  const block = new Float32Array(size * mean.length);
  for (let i = 0; i < size; i++) {
    const bytes = pictures.bytes(start + i);
    for (let j = 0; j < mean.length; j++) {
      block[i * mean.length + j] = bytes[j] / 255 - mean[j];
    }
  }
  return { values: block, rows: size };
}

function meanPicture(pictures) {
  const sum = new Float64Array(pictures.bytes(0).length);
  for (let i = 0; i < pictures.count; i++) {
    const bytes = pictures.bytes(i);
    for (let j = 0; j < sum.length; j++) {
      sum[j] += bytes[j];
    }
  }
  return Float32Array.from(sum, (value) => value / (255 * pictures.count));
}

/** Rows of `basis` `[rows, d]` times the (unnormalised) covariance. */
function timesCovariance(pictures, mean, basis, rows) {
  const product = new Float64Array(basis.length);
  for (let start = 0; start < pictures.count; start += BLOCK) {
    const block = centredBlock(pictures, mean, start);
    const coordinates = matrixProduct(block, { values: basis, rows, transposed: true }); // [n, rows]
    const part = matrixProduct({ values: coordinates, rows: block.rows, transposed: true }, block); // [rows, d]
    for (let i = 0; i < part.length; i++) {
      product[i] += part[i];
    }
  }
  return product;
}

/** Below this share of its length, what is left of a row is rounding. */
const DEPENDENT = 1e-6;

/**
 * Gram-Schmidt, each row against the ones above it, twice for the sake of rounding. A row that the ones above
 * make up becomes zero.
 */
function orthonormalRows(matrix, rows) {
  const width = matrix.length / rows;
  for (let i = 0; i < rows; i++) {
    const row = matrix.subarray(i * width, i * width + width);
    for (let repeat = 0; repeat < 2; repeat++) {
      const before = Math.sqrt(dot(row, row));
      for (let j = 0; j < i; j++) {
        subtractProjection(row, matrix.subarray(j * width, j * width + width));
      }
      const after = Math.sqrt(dot(row, row));
      const scale = after > DEPENDENT * before ? 1 / after : 0;
      for (let k = 0; k < width; k++) {
        row[k] *= scale;
      }
    }
  }
  return Float32Array.from(matrix);
}

function subtractProjection(row, unit) {
  const overlap = dot(row, unit);
  for (let k = 0; k < row.length; k++) {
    row[k] -= overlap * unit[k];
  }
}

function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) {
    sum += a[k] * b[k];
  }
  return sum;
}

/** Covariance of coordinates `[n, rows]`. */
function innerCovariance(coordinates, rows) {
  const n = coordinates.length / rows;
  const covariance = new Float64Array(rows * rows);
  for (let sample = 0; sample < n; sample++) {
    const row = coordinates.subarray(sample * rows, sample * rows + rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j <= i; j++) {
        covariance[i * rows + j] += (row[i] * row[j]) / n;
      }
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      covariance[j * rows + i] = covariance[i * rows + j];
    }
  }
  return covariance;
}
