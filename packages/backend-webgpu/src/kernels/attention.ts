import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionOptions, CachedAttentionOptions } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import type { FusedBackend } from '../fused-backend';
import { registerFused } from '../fused-kernel';
import { QUERIES_PER_GROUP, queryProgram, tileProgram } from './attention-program';

/** With fewer queries than this the lanes of a workgroup share a query. */
const MIN_TILE_QUERIES = 16;

interface Sizes {
  readonly batch: number;
  readonly positions: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly headWidth: number;
}

interface Cache {
  readonly keys: TensorInfo;
  readonly values: TensorInfo;
  readonly position: number;
}

/** Attention in one dispatch, without scores in memory; the cached form also writes the cache in it. */
export function registerAttention(): void {
  registerFused<AttentionOptions>(kernelNames.attention, (backend, { qkv }, { numHeads, visibleKeys }) => {
    const [batch, positions, width] = qkv!.shape as [number, number, number];
    const headWidth = width / (3 * numHeads);
    const sizes = { batch, positions, heads: numHeads, keyHeads: numHeads, headWidth };
    return attend(backend, qkv!, sizes, visibleKeys ?? new Array<number>(positions).fill(positions));
  });

  registerFused<Required<CachedAttentionOptions>>(
    kernelNames.cachedAttention,
    (backend, { qkv, keys, values }, { numHeads, position, visibleKeys }) => {
      const [batch, positions] = qkv!.shape as [number, number, number];
      const [, keyHeads, , headWidth] = keys!.shape as [number, number, number, number];
      const sizes = { batch, positions, heads: numHeads, keyHeads, headWidth };
      const cache = { keys: keys!, values: values!, position };
      const output = attend(backend, qkv!, sizes, visibleKeys, cache);
      return [output, backend.share(keys!), backend.share(values!)];
    },
  );
}

function attend(
  backend: FusedBackend,
  qkv: TensorInfo,
  { batch, positions, heads, keyHeads, headWidth }: Sizes,
  visibleKeys: readonly number[],
  cache?: Cache,
): TensorInfo {
  const reach = Math.max(...visibleKeys);
  const hasMask = visibleKeys.some((visible) => visible !== reach);
  const y = backend.allocate([batch, positions, heads * headWidth]);
  const visible = hasMask
    ? backend.makeTensorInfo([positions], 'int32', Int32Array.from(visibleKeys))
    : undefined;
  const shape = { headWidth, hasMask, hasCache: cache !== undefined };
  const isTiled = positions >= MIN_TILE_QUERIES;
  const blocks = isTiled ? Math.ceil(positions / QUERIES_PER_GROUP) : positions;
  backend.run(isTiled ? tileProgram(shape) : queryProgram(shape), {
    tensors: {
      qkv,
      y,
      ...(visible === undefined ? {} : { visible }),
      ...(cache === undefined ? {} : { keys: cache.keys, values: cache.values }),
    },
    parameters: {
      positions,
      heads,
      keyHeads,
      width: (heads + 2 * keyHeads) * headWidth,
      reach,
      blocks,
      capacity: cache?.keys.shape[2] ?? 0,
      position: cache?.position ?? 0,
      scale: 1 / Math.sqrt(headWidth),
    },
    groups: batch * heads * blocks,
  });
  if (visible !== undefined) {
    backend.disposeData(visible.dataId);
  }
  return y;
}
