import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  argMin,
  cast,
  gather,
  matMul,
  mul,
  oneHot,
  reshape,
  square,
  sub,
  sum,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';

/**
 * Index of the codebook row nearest to each latent; the first one on ties. No gradient.
 *
 * @param latents `[N, Dc]` float32.
 * @param codebook `[V, Dc]` float32.
 * @returns `[N]` int32, owned by the caller.
 * @throws ShapeError when the widths differ.
 * @source van den Oord et al., arXiv 1711.00937; method.md, section 5.
 */
export function nearestCode(latents: Tensor2D, codebook: Tensor2D): Tensor1D {
  if (latents.shape[1] !== codebook.shape[1]) {
    throw new ShapeError(
      `nearestCode: latents must be [N, ${codebook.shape[1]}], got [${latents.shape.join(', ')}]. Project them to the code width first.`,
    );
  }
  return runKernel(kernelNames.nearestCode, { latents, codebook }, {}, () => [
    tidy(() => argMin(squaredDistances(latents, codebook), 1)),
  ])[0] as Tensor1D;
}

/**
 * |z|² + |e|² - 2 z·e for every latent and codebook row. Differentiable.
 *
 * @param latents `[N, Dc]` float32.
 * @param codebook `[V, Dc]` float32.
 * @returns `[N, V]`, owned by the caller.
 * @source method.md, section 5.
 */
export function squaredDistances(latents: Tensor2D, codebook: Tensor2D): Tensor2D {
  return tidy(() => {
    const latentNorms = sum(square(latents), 1, true); // [N, 1]
    const codeNorms = reshape(sum(square(codebook), 1), [1, -1]); // [1, V]
    const products = matMul(latents, transpose(codebook)); // [N, V]
    return sub(add(latentNorms, codeNorms), mul(products, 2));
  });
}

/**
 * Picks rows of a table; the gradient adds up per row.
 *
 * @param table `[V, D]` float32.
 * @param indices `[N]` int32 in 0 ... V-1; they are read, since backends differ on what lies outside.
 * @returns `[N, D]`, owned by the caller.
 * @throws ShapeError naming the first index out of range, or when the indices are not int32.
 */
export function gatherRows(table: Tensor2D, indices: Tensor1D): Tensor2D {
  checkRows(indices, table.shape[0]);
  return pickRows(table, indices);
}

/**
 * {@link gatherRows} for indices that are known to lie in the table, as {@link nearestCode} makes them: they are not
 * read, for which a GPU would have to be waited for.
 */
export function pickRows(table: Tensor2D, indices: Tensor1D): Tensor2D {
  const numRows = table.shape[0];
  return differentiable(
    [table],
    () =>
      runKernel(kernelNames.gatherRows, { table, indices }, {}, () => [
        gather(table, indices),
      ])[0] as Tensor2D,
    (gradient, [, savedIndices]) =>
      runKernel(kernelNames.gatherRowsGrad, { gradient, indices: savedIndices }, { numRows }, () => [
        gatherRowsGradReference(gradient, savedIndices as Tensor1D, numRows),
      ]),
    [indices],
  );
}

function checkRows(indices: Tensor1D, numRows: number): void {
  if (indices.dtype !== 'int32') {
    throw new ShapeError(
      `gatherRows: indices must be int32, got ${indices.dtype}. Make them with tensor1d(values, 'int32').`,
    );
  }
  const values = indices.dataSync();
  const position = values.findIndex((index) => !(index >= 0 && index < numRows));
  if (position >= 0) {
    throw new ShapeError(
      `gatherRows: indices must be in 0 ... ${numRows - 1}, got ${values[position]} at position ${position}. Use indices that were made with this table.`,
      { index: values[position], position },
    );
  }
}

/** tfjs-wasm has no scatter-add, so the rows are summed by a one-hot product. */
export function gatherRowsGradReference(gradient: Tensor2D, indices: Tensor1D, numRows: number): Tensor2D {
  return tidy(() => matMul(transpose(cast(oneHot(indices, numRows), 'float32') as Tensor2D), gradient));
}
