import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionOptions, CachedAttentionOptions } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import type { FusedBackend } from '../fused-backend';
import { registerFused } from '../fused-kernel';
import { keyGradProgram, queryGradProgram, STATISTICS } from './attention-grad-program';
import type { AttentionShape } from './attention-layout';
import { POSITIONS_PER_GROUP } from './attention-layout';
import { queryProgram, tileProgram } from './attention-program';

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

/**
 * Attention in one dispatch and its gradient in two, without scores in memory; the cached form also writes the cache.
 */
export function registerAttention(): void {
  registerFused<AttentionOptions>(kernelNames.attention, (backend, { qkv }, options) =>
    attend(backend, qkv!, sizesOf(qkv!, options), visibleKeysOf(qkv!, options)),
  );

  registerFused<AttentionOptions>(kernelNames.attentionGrad, (backend, { gradient, qkv }, options) => {
    const { batch, positions, heads } = sizesOf(qkv!, options);
    const call = callOf(backend, sizesOf(qkv!, options), visibleKeysOf(qkv!, options));
    const dqkv = backend.allocate(qkv!.shape);
    const statistics = backend.allocate([batch, heads, positions, STATISTICS]);
    const tensors = { ...call.tensors, qkv: qkv!, gradient: gradient!, statistics, dqkv };
    const blocks = Math.ceil(positions / POSITIONS_PER_GROUP);
    const split = { tensors, parameters: { ...call.parameters, blocks }, groups: batch * heads * blocks };
    backend.run(queryGradProgram(call.shape), split);
    backend.run(keyGradProgram(call.shape), split);
    [statistics, ...Object.values(call.tensors)].forEach(({ dataId }) => backend.disposeData(dataId));
    return dqkv;
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

function sizesOf({ shape }: TensorInfo, { numHeads }: AttentionOptions): Sizes {
  const [batch, positions, width] = shape as [number, number, number];
  return { batch, positions, heads: numHeads, keyHeads: numHeads, headWidth: width / (3 * numHeads) };
}

function visibleKeysOf({ shape }: TensorInfo, { visibleKeys }: AttentionOptions): readonly number[] {
  return visibleKeys ?? new Array<number>(shape[1]!).fill(shape[1]!);
}

function attend(
  backend: FusedBackend,
  qkv: TensorInfo,
  sizes: Sizes,
  visibleKeys: readonly number[],
  cache?: Cache,
): TensorInfo {
  const { batch, positions, heads, headWidth } = sizes;
  const call = callOf(backend, sizes, visibleKeys, cache);
  const y = backend.allocate([batch, positions, heads * headWidth]);
  const isTiled = positions >= MIN_TILE_QUERIES;
  const blocks = isTiled ? Math.ceil(positions / POSITIONS_PER_GROUP) : positions;
  backend.run(isTiled ? tileProgram(call.shape) : queryProgram(call.shape), {
    tensors: {
      ...call.tensors,
      qkv,
      y,
      ...(cache === undefined ? {} : { keys: cache.keys, values: cache.values }),
    },
    parameters: { ...call.parameters, blocks },
    groups: batch * heads * blocks,
  });
  Object.values(call.tensors).forEach(({ dataId }) => backend.disposeData(dataId));
  return y;
}

/** What programs of attention have in common; its tensors, the mask if there is one, are the caller's. */
interface AttentionCall {
  readonly shape: AttentionShape;
  readonly tensors: Readonly<Record<string, TensorInfo>>;
  readonly parameters: Readonly<Record<string, number>>;
}

function callOf(
  backend: FusedBackend,
  { positions, heads, keyHeads, headWidth }: Sizes,
  visibleKeys: readonly number[],
  cache?: Cache,
): AttentionCall {
  const reach = Math.max(...visibleKeys);
  const hasMask = visibleKeys.some((visible) => visible !== reach);
  return {
    shape: { headWidth, hasMask, hasCache: cache !== undefined },
    tensors: hasMask
      ? { visible: backend.makeTensorInfo([positions], 'int32', Int32Array.from(visibleKeys)) }
      : {},
    parameters: {
      positions,
      heads,
      keyHeads,
      width: (heads + 2 * keyHeads) * headWidth,
      reach,
      capacity: cache?.keys.shape[2] ?? 0,
      position: cache?.position ?? 0,
      scale: 1 / Math.sqrt(headWidth),
    },
  };
}
