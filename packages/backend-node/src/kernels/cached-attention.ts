import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { CachedAttentionOptions } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import type { NativeContext } from '../native-context';
import { registerNative } from '../native-context';
import { runsOf } from './head-attention';

const VALUE_BYTES = 4;

/** Sizes of new positions `[B, T, (H + 2K) Dh]` and of a cache `[B, K, C, Dh]`. */
interface CacheSizes {
  readonly batch: number;
  readonly positions: number;
  readonly width: number;
  readonly numKeyHeads: number;
  readonly capacity: number;
  readonly headWidth: number;
}

/**
 * Attention to a cache whose memory is updated in place: only the rows of the new positions are written, and the
 * queries are read from the packed tensor where they lie.
 */
export function registerCachedAttention(context: NativeContext): void {
  const { heap } = context;

  registerNative<Required<CachedAttentionOptions>>(
    kernelNames.cachedAttention,
    ({ qkv, keys, values }, options) => {
      const sizes = sizesOf(qkv!, keys!);
      const output = heap.allocate([
        sizes.batch,
        sizes.positions,
        sizes.width - 2 * sizes.numKeyHeads * sizes.headWidth,
      ]);
      store(context, qkv!, keys!, sizes, options.numHeads, options.position);
      store(context, qkv!, values!, sizes, options.numHeads + sizes.numKeyHeads, options.position);
      attend(context, { qkv: qkv!, keys: keys!, values: values!, output }, sizes, options);
      return [output, heap.share(keys!), heap.share(values!)];
    },
  );
}

/** Copies the heads from `firstHead` on of the new positions into the cache. */
function store(
  { heap }: NativeContext,
  qkv: TensorInfo,
  cache: TensorInfo,
  sizes: CacheSizes,
  firstHead: number,
  position: number,
): void {
  const { batch, positions, width, numKeyHeads, capacity, headWidth } = sizes;
  const [from, to] = [heap.address(qkv) / VALUE_BYTES, heap.address(cache) / VALUE_BYTES];
  // One view of the whole memory: a view per head would cost more than the copy.
  const values = new Float32Array(heap.memory.buffer);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < positions; t++) {
      const token = from + (b * positions + t) * width;
      for (let h = 0; h < numKeyHeads; h++) {
        const start = token + (firstHead + h) * headWidth;
        const place = to + ((b * numKeyHeads + h) * capacity + position + t) * headWidth;
        values.copyWithin(place, start, start + headWidth);
      }
    }
  }
}

interface Operands {
  readonly qkv: TensorInfo;
  readonly keys: TensorInfo;
  readonly values: TensorInfo;
  readonly output: TensorInfo;
}

/** softmax(q kᵀ / √Dh) v of every head, over the positions that are seen. */
function attend(
  { heap, gemm, simd }: NativeContext,
  { qkv, keys, values, output }: Operands,
  sizes: CacheSizes,
  { numHeads, visibleKeys }: Required<CachedAttentionOptions>,
): void {
  const { batch, positions, width, numKeyHeads, capacity, headWidth } = sizes;
  const reach = Math.max(...visibleKeys);
  const runs = runsOf(positions, visibleKeys);
  const weights = heap.scratch('cachedAttention', positions * reach);
  const [queries, cachedKeys, cachedValues, target] = [qkv, keys, values, output].map((tensor) =>
    heap.address(tensor),
  ) as [number, number, number, number];
  const alpha = 1 / Math.sqrt(headWidth);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < numHeads; h++) {
      const keyHead = b * numKeyHeads + Math.floor((h * numKeyHeads) / numHeads);
      const cached = keyHead * capacity * headWidth * VALUE_BYTES;
      // Written out: a pass has some hundred of these products, and spread objects would cost microseconds each.
      gemm.run({
        transposeA: false,
        transposeB: true,
        m: positions,
        n: reach,
        k: headWidth,
        alpha,
        a: queries + (b * positions * width + h * headWidth) * VALUE_BYTES,
        lda: width,
        b: cachedKeys + cached,
        ldb: headWidth,
        beta: 0,
        c: weights,
        ldc: reach,
      });
      for (const { start, count, visible } of runs) {
        simd.softmaxRows(weights + start * reach * VALUE_BYTES, count, reach, visible);
      }
      gemm.run({
        transposeA: false,
        transposeB: false,
        m: positions,
        n: headWidth,
        k: reach,
        alpha: 1,
        a: weights,
        lda: reach,
        b: cachedValues + cached,
        ldb: headWidth,
        beta: 0,
        c: target + (b * positions * numHeads + h) * headWidth * VALUE_BYTES,
        ldc: numHeads * headWidth,
      });
    }
  }
}

function sizesOf(qkv: TensorInfo, keys: TensorInfo): CacheSizes {
  const [batch, positions, width] = qkv.shape as [number, number, number];
  const [, numKeyHeads, capacity, headWidth] = keys.shape as [number, number, number, number];
  return { batch, positions, width, numKeyHeads, capacity, headWidth };
}
