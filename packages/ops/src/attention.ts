import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  add,
  concat,
  matMul,
  mul,
  reshape,
  softmax,
  sub,
  sum,
  tensor2d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';
import { splitHeads } from './normalize-and-rotate';

export interface AttentionOptions {
  readonly numHeads: number;
  /**
   * How many leading keys each of the T queries sees; all when absent. Every mask of the method is of this
   * kind: a token sees its own block and all blocks before it.
   */
  readonly visibleKeys?: readonly number[];
}

/**
 * Scaled dot-product self-attention: softmax(q kᵀ / √Dh) v in each head.
 *
 * @param qkv `[B, T, 3D]` queries, keys and values side by side, heads contiguous in each.
 * @returns `[B, T, D]`, owned by the caller.
 * @throws ShapeError when 3D does not split into heads, or visibleKeys does not name T counts between 1 and T.
 * @source method.md, sections 3 and 4.5.
 */
export function attention(qkv: Tensor3D, options: AttentionOptions): Tensor3D {
  checkHeads(qkv, options.numHeads);
  checkVisibleKeys(qkv.shape[1], options.visibleKeys);
  return differentiable(
    [qkv],
    () =>
      runKernel(kernelNames.attention, { qkv }, options, () => [
        attentionReference(qkv, options),
      ])[0] as Tensor3D,
    (gradient, [saved]) => [attentionGrad(gradient, saved as Tensor3D, options)],
  );
}

export function attentionReference(qkv: Tensor3D, options: AttentionOptions): Tensor3D {
  const [, , values] = headsFirst(qkv, options.numHeads);
  return mergeHeads(matMul(attentionWeights(qkv, options), values));
}

/**
 * The attention weights themselves, to look at.
 *
 * @returns `[B, H, T, T]`; rows sum to 1; owned by the caller.
 */
export function attentionWeights(qkv: Tensor3D, options: AttentionOptions): Tensor4D {
  return tidy(() => {
    const [queries, keys] = headsFirst(qkv, options.numHeads);
    const scale = 1 / Math.sqrt(queries.shape[3]);
    const scores = matMul(mul(queries, scale), transpose(keys, [0, 1, 3, 2])) as Tensor4D; // [B, H, T, T]
    const masked =
      options.visibleKeys === undefined ? scores : add(scores, additiveMask(options.visibleKeys));
    return softmax(masked) as Tensor4D;
  });
}

/** Gradient of {@link attention} with respect to qkv. */
export function attentionGrad(gradient: Tensor3D, qkv: Tensor3D, options: AttentionOptions): Tensor3D {
  return runKernel(kernelNames.attentionGrad, { gradient, qkv }, options, () => [
    attentionGradReference(gradient, qkv, options),
  ])[0] as Tensor3D;
}

export function attentionGradReference(
  gradient: Tensor3D,
  qkv: Tensor3D,
  options: AttentionOptions,
): Tensor3D {
  return tidy(() => {
    const [batch, positions, tripleWidth] = qkv.shape;
    const [queries, keys, values] = headsFirst(qkv, options.numHeads);
    const scale = 1 / Math.sqrt(queries.shape[3]);
    const weights = attentionWeights(qkv, options);
    const grouped = reshape(gradient, [
      batch,
      positions,
      options.numHeads,
      tripleWidth / 3 / options.numHeads,
    ]);
    const dOutput = transpose(grouped, [0, 2, 1, 3]) as Tensor4D; // [B, H, T, Dh]
    const dWeights = matMul(dOutput, transpose(values, [0, 1, 3, 2])); // [B, H, T, T]
    const weighted = mul(dWeights, weights);
    const dScores = mul(sub(weighted, mul(weights, sum(weighted, -1, true))), scale);
    const dQueries = matMul(dScores, keys) as Tensor4D;
    const dKeys = matMul(transpose(dScores, [0, 1, 3, 2]), queries) as Tensor4D;
    const dValues = matMul(transpose(weights, [0, 1, 3, 2]), dOutput) as Tensor4D;
    return concat([dQueries, dKeys, dValues].map(mergeHeads), 2);
  });
}

/** 0 where a query sees a key, -inf elsewhere; `[T, T]`. */
export function additiveMask(visibleKeys: readonly number[]): Tensor2D {
  const size = visibleKeys.length;
  const values = new Float32Array(size * size);
  visibleKeys.forEach((visible, row) => values.fill(-Infinity, row * size + visible, (row + 1) * size));
  return tensor2d(values, [size, size]);
}

function headsFirst(qkv: Tensor3D, numHeads: number): [Tensor4D, Tensor4D, Tensor4D] {
  const [queries, keys, values] = splitHeads(qkv, numHeads);
  const move = (x: Tensor): Tensor4D => transpose(x, [0, 2, 1, 3]) as Tensor4D; // [B, H, T, Dh]
  return [move(queries), move(keys), move(values)];
}

function mergeHeads(x: Tensor): Tensor3D {
  const [batch, heads, positions, headWidth] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, positions, heads * headWidth]);
}

function checkHeads(qkv: Tensor3D, numHeads: number): void {
  if (!Number.isInteger(qkv.shape[2] / (3 * numHeads))) {
    throw new ShapeError(
      `attention: qkv must split into 3 x ${numHeads} heads, got [${qkv.shape.join(', ')}]. Change the width or the number of heads.`,
    );
  }
}

function checkVisibleKeys(positions: number, visibleKeys: readonly number[] | undefined): void {
  const isCount = (visible: number): boolean =>
    Number.isInteger(visible) && visible >= 1 && visible <= positions;
  if (visibleKeys !== undefined && (visibleKeys.length !== positions || !visibleKeys.every(isCount))) {
    throw new ShapeError(
      `attention: visibleKeys must hold ${positions} counts between 1 and ${positions}, got [${visibleKeys.join(', ')}]. Rebuild the mask for this sequence.`,
    );
  }
}
