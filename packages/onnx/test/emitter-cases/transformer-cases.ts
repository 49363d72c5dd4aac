import * as tf from '@tensorflow/tfjs-core';
import {
  areaPoolMap,
  attention,
  cachedAttention,
  gatherRows,
  gelu,
  kernelNames,
  layerNorm,
  linear,
  mixTokens,
  nearestCode,
  nearestMap,
  normalizeAndRotate,
  rmsNorm,
  rotateHeads,
  scaledResidual,
  swiGlu,
} from '@restok/ops';
import { GROWING_ATTENTION } from '../../src/emitters/attention';
import type { EmitterCase, EmitterCases } from './emitter-case';
import { on, onValues, random } from './emitter-case';

const EPSILON = 1e-5;
const GRID = { rows: 2, columns: 4 };
const HALF = { rows: 1, columns: 2 };

/** A case on packed queries, keys and values `[2, 3, width]`. */
function onPacked(width: number, run: (qkv: tf.Tensor3D) => tf.Tensor, about?: string): EmitterCase {
  return on([2, 3, width], (x) => run(x as tf.Tensor3D), about);
}

/** Cosines and sines of 3 positions and some pairs of channels. */
function rotation(pairs: number): { cos: tf.Tensor2D; sin: tf.Tensor2D } {
  const angles = random<tf.Rank.R2>(3, pairs);
  return { cos: tf.cos(angles), sin: tf.sin(angles) };
}

/** A cache of two places `[B, K, 2, 4]` for the batch of some queries. */
function cacheFor(qkv: tf.Tensor, numKeyHeads: number): tf.Tensor4D {
  return tf.tile(random<tf.Rank.R4>(1, numKeyHeads, 2, 4), [qkv.shape[0]!, 1, 1, 1]);
}

/** Three new positions behind two old ones: 4 heads of queries, some of keys. */
function growing(numKeyHeads: number): EmitterCase {
  const visibleKeys = [3, 5, 5];
  return {
    about: `with ${numKeyHeads} heads of keys`,
    x: () => random(2, 3, (4 + 2 * numKeyHeads) * 4),
    run: (qkv, capacity) =>
      tf.engine().runKernel<tf.Tensor[]>(
        GROWING_ATTENTION,
        {
          qkv,
          pastKeys: cacheFor(qkv, numKeyHeads),
          pastValues: tf.neg(cacheFor(qkv, numKeyHeads)),
          positions: tf.tensor1d([2, 3, 4], 'int32'),
          visibleKeys: tf.tensor1d(visibleKeys, 'int32'),
        },
        { numHeads: 4, capacity },
      )[0]!,
    reference: (qkv) => {
      const room = (past: tf.Tensor4D): tf.Tensor4D => tf.pad(past, [[0, 0], [0, 0], [0, 3], [0, 0]]); // prettier-ignore
      const cache = cacheFor(qkv, numKeyHeads);
      return cachedAttention(
        qkv as tf.Tensor3D,
        { keys: room(cache), values: room(tf.neg(cache)) },
        { numHeads: 4, position: 2, visibleKeys },
      ).output;
    },
  };
}

const norms = { queryGain: 4, queryShift: 4, keyGain: 4, keyShift: 4 };

/** Cases of the operations of transformers and codebooks. */
export const transformerCases: EmitterCases = {
  [GROWING_ATTENTION]: [growing(4), growing(2)],
  [kernelNames.attention]: [
    onPacked(24, (qkv) => attention(qkv, { numHeads: 2 })),
    onPacked(24, (qkv) => attention(qkv, { numHeads: 2, visibleKeys: [1, 3, 3] }), 'with a mask'),
  ],
  [kernelNames.gatherRows]: [
    onValues([3, 0, 2], (x) => gatherRows(random(4, 2), x as tf.Tensor1D), undefined, 'int32'),
  ],
  [kernelNames.gelu]: [on([2, 5], gelu)],
  [kernelNames.layerNorm]: [on([2, 3, 8], (x) => layerNorm(x, random(8), random(8), EPSILON))],
  [kernelNames.linear]: [
    on([2, 3, 4], (x) => linear(x, random(5, 4), random(5))),
    on([2, 4], (x) => linear(x, random(5, 4)), 'without bias'),
    on(
      [2, 4, 4, 3],
      (x) => linear(tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'), random(5, 3)),
      'over pictures',
    ),
  ],
  [kernelNames.mixTokens]: [
    on([2, 8, 3], (x) => mixTokens(x as tf.Tensor3D, areaPoolMap(GRID, HALF)), 'to their means'),
    on([2, 2, 3], (x) => mixTokens(x as tf.Tensor3D, nearestMap(HALF, GRID)), 'to other places'),
  ],
  [kernelNames.nearestCode]: [on([5, 4], (x) => nearestCode(x as tf.Tensor2D, random(9, 4)))],
  [kernelNames.normalizeAndRotate]: [
    onPacked(24, (qkv) => {
      const norm = Object.fromEntries(
        Object.entries(norms).map(([name, width]) => [name, random<tf.Rank.R1>(width)]),
      ) as Record<keyof typeof norms, tf.Tensor1D>;
      return normalizeAndRotate(qkv, norm, rotation(2), { numHeads: 2, epsilon: EPSILON });
    }),
  ],
  [kernelNames.rmsNorm]: [on([2, 3, 8], (x) => rmsNorm(x, random(8), EPSILON))],
  [kernelNames.rotateHeads]: [
    onPacked(24, (qkv) => rotateHeads(qkv, rotation(2), { numHeads: 2, numKeyHeads: 2 })),
    onPacked(32, (qkv) => rotateHeads(qkv, rotation(2), { numHeads: 4, numKeyHeads: 2 }), 'that share keys'),
  ],
  [kernelNames.scaledResidual]: [on([2, 3, 4], (x) => scaledResidual(x, tf.neg(x), random(4)))],
  [kernelNames.swiGlu]: [on([2, 3, 4], (x) => swiGlu(x, tf.mul(x, 2)))],
};
