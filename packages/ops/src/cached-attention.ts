import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import {
  add,
  concat,
  matMul,
  mul,
  reshape,
  slice,
  softmax,
  tensor2d,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { runKernel } from './kernel';
import { kernelNames } from './kernel-names';
import { headWidthOf } from './rotate-heads';

/** Keys and values of the positions so far, `[B, K, C, Dh]` each: K key heads, room for C positions. */
export interface KeyValueCache {
  readonly keys: Tensor4D;
  readonly values: Tensor4D;
}

export interface CachedAttentionOptions {
  readonly numHeads: number;
  /** Where in the cache the first of the T new positions goes. */
  readonly position: number;
  /** How many leading positions of the cache each query sees; all up to the new ones' end when absent. */
  readonly visibleKeys?: readonly number[];
}

/**
 * Puts the keys and values of T new positions into a cache and lets their queries attend to the cache:
 * softmax(q kᵀ / √Dh) v in each head. For inference: it has no gradient.
 *
 * @param qkv `[B, T, (H + 2K) Dh]` rotated queries, keys and values of the new positions, heads contiguous.
 * @param cache consumed: use the returned one. Backends may update its memory in place.
 * @returns output `[B, T, H Dh]` and the cache, both owned by the caller.
 * @throws ShapeError when the heads do not fit the cache, the new positions do not fit into it, or visibleKeys
 *   does not name T counts between 1 and C; nothing is consumed then.
 * @source method.md, section 7.
 */
export function cachedAttention(
  qkv: Tensor3D,
  cache: KeyValueCache,
  options: CachedAttentionOptions,
): { output: Tensor3D; cache: KeyValueCache } {
  const resolved = resolve(qkv, cache, options);
  const [output, keys, values] = runKernel(kernelNames.cachedAttention, { qkv, ...cache }, resolved, () =>
    cachedAttentionReference(qkv, cache, resolved),
  ) as [Tensor3D, Tensor4D, Tensor4D];
  cache.keys.dispose();
  cache.values.dispose();
  return { output, cache: { keys, values } };
}

/** [output, keys, values]. */
export function cachedAttentionReference(
  qkv: Tensor3D,
  cache: KeyValueCache,
  options: Required<CachedAttentionOptions>,
): Tensor[] {
  const { numHeads, position, visibleKeys } = options;
  const [batch, positions, width] = qkv.shape;
  const [, numKeyHeads, , headWidth] = cache.keys.shape;
  const counts = [numHeads, numKeyHeads, numKeyHeads];
  const [queries, newKeys, newValues] = counts.map((heads, part) => {
    const start = counts.slice(0, part).reduce((sum, before) => sum + before, 0);
    const packed = slice(qkv, [0, 0, start * headWidth], [batch, positions, heads * headWidth]);
    return transpose(reshape(packed, [batch, positions, heads, headWidth]), [0, 2, 1, 3]);
  }) as [Tensor4D, Tensor4D, Tensor4D]; // [B, heads, T, Dh]
  const keys = writePositions(cache.keys, newKeys, position);
  const values = writePositions(cache.values, newValues, position);

  const reach = Math.max(...visibleKeys);
  const seen = (cached: Tensor4D): Tensor4D =>
    slice(cached, [0, 0, 0, 0], [batch, numKeyHeads, reach, headWidth]);
  const served = numHeads / numKeyHeads;
  const grouped = reshape(mul(queries, 1 / Math.sqrt(headWidth)), [
    batch,
    numKeyHeads,
    served * positions,
    headWidth,
  ]);
  const scores = matMul(grouped, transpose(seen(keys), [0, 1, 3, 2])); // [B, K, H/K T, reach]
  const mask = tile(unseen(visibleKeys, reach), [served, 1]);
  const mixed = matMul(softmax(add(scores, mask)), seen(values)); // [B, K, H/K T, Dh]
  const output = transpose(reshape(mixed, [batch, numHeads, positions, headWidth]), [0, 2, 1, 3]);
  return [reshape(output, [batch, positions, width - 2 * numKeyHeads * headWidth]), keys, values];
}

/** 0 where a query sees a position, -inf elsewhere; `[T, reach]`. */
function unseen(visibleKeys: readonly number[], reach: number): Tensor {
  const values = new Float32Array(visibleKeys.length * reach);
  visibleKeys.forEach((visible, row) => values.fill(-Infinity, row * reach + visible, (row + 1) * reach));
  return tensor2d(values, [visibleKeys.length, reach]);
}

/** A copy of the cache in which T positions from `position` on are new. */
function writePositions(cached: Tensor4D, fresh: Tensor4D, position: number): Tensor4D {
  const [batch, heads, capacity, headWidth] = cached.shape;
  const end = position + fresh.shape[2];
  const part = (from: number, to: number): Tensor4D[] =>
    to > from ? [slice(cached, [0, 0, from, 0], [batch, heads, to - from, headWidth])] : [];
  const parts = [...part(0, position), fresh, ...part(end, capacity)];
  return parts.length === 1 ? fresh.clone() : concat(parts, 2);
}

function resolve(
  qkv: Tensor3D,
  { keys, values }: KeyValueCache,
  options: CachedAttentionOptions,
): Required<CachedAttentionOptions> {
  const { numHeads, position } = options;
  const [batch, positions] = qkv.shape;
  const [, numKeyHeads, capacity] = keys.shape;
  const headWidth = headWidthOf('cachedAttention', qkv, { numHeads, numKeyHeads });
  const expected = [batch, numKeyHeads, capacity, headWidth].join(', ');
  for (const cached of [keys, values]) {
    if (cached.shape.join(', ') !== expected) {
      throw new ShapeError(
        `cachedAttention: the cache must be [${expected}], got [${cached.shape.join(', ')}]. Make one for this batch.`,
      );
    }
  }
  const end = position + positions;
  if (!Number.isInteger(position) || position < 0 || end > capacity) {
    throw new ShapeError(
      `cachedAttention: position must leave room for ${positions} of ${capacity} positions, got ${position}. Make a larger cache.`,
    );
  }
  const visibleKeys = options.visibleKeys ?? new Array<number>(positions).fill(end);
  const isCount = (visible: number): boolean =>
    Number.isInteger(visible) && visible >= 1 && visible <= capacity;
  if (visibleKeys.length !== positions || !visibleKeys.every(isCount)) {
    throw new ShapeError(
      `cachedAttention: visibleKeys must hold ${positions} counts between 1 and ${capacity}, got [${visibleKeys.join(', ')}]. Rebuild the mask for these positions.`,
    );
  }
  return { numHeads, position, visibleKeys };
}
