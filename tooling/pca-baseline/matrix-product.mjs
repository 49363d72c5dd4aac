import { matMul, tensor2d, tidy } from '@tensorflow/tfjs-core';

/**
 * The product of two matrices, on the current backend.
 *
 * @typedef {{ values: Float32Array, rows: number, transposed?: boolean }} Matrix row-major; `rows` as stored,
 *   before transposing.
 * @param {Matrix} a
 * @param {Matrix} b
 * @returns {Float32Array} row-major
 */
export function matrixProduct(a, b) {
  let product = new Float32Array(0);
  // Not returned from `tidy`, which would look for tensors in every element of the array.
  tidy(() => {
    product = Float32Array.from(
      matMul(tensorOf(a), tensorOf(b), a.transposed ?? false, b.transposed ?? false).dataSync(),
    );
  });
  return product;
}

function tensorOf({ values, rows }) {
  return tensor2d(values, [rows, values.length / rows]);
}
