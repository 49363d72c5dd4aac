import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { add, concat, mul, reshape, slice, stack, sub, tidy, unstack } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { checkChannels } from './check-channels';
import { differentiable, runKernel } from './kernel';
import { kernelForWidth, kernelNames } from './kernel-names';
import { layerNormGradReference, layerNormReference } from './layer-norm';

/** Cosines and sines of every position and channel pair, `[T, Dh/2]` each. */
export interface RotationTable {
  readonly cos: Tensor2D;
  readonly sin: Tensor2D;
}

/** Gains and shifts of the LayerNorms on each head's queries and keys, `[Dh]` each. */
export interface QueryKeyNorm {
  readonly queryGain: Tensor1D;
  readonly queryShift: Tensor1D;
  readonly keyGain: Tensor1D;
  readonly keyShift: Tensor1D;
}

export interface NormalizeAndRotateOptions {
  readonly numHeads: number;
  readonly epsilon: number;
}

/**
 * LayerNorm on each head's queries and keys, then the rotary position embedding; values pass unchanged.
 *
 * Channel pair (2i, 2i+1) of a head turns by the angle of its position: (a, b) becomes
 * (a cos - b sin, a sin + b cos).
 *
 * @param qkv `[B, T, 3D]` queries, keys and values side by side, heads contiguous in each.
 * @param norm LayerNorm parameters, `[Dh]` each, Dh = D / numHeads.
 * @param rotation table of the T positions; receives no gradient.
 * @returns same shape as qkv, owned by the caller.
 * @throws ShapeError when 3D does not split into heads of an even width, or the norm or the table does not fit.
 * @source Su et al., arXiv 2104.09864; method.md, section 3.
 */
export function normalizeAndRotate(
  qkv: Tensor3D,
  norm: QueryKeyNorm,
  rotation: RotationTable,
  options: NormalizeAndRotateOptions,
): Tensor3D {
  checkSizes(qkv, norm, rotation, options.numHeads);
  const headWidth = qkv.shape[2] / (3 * options.numHeads);
  const name = kernelForWidth(kernelNames.normalizeAndRotate, headWidth);
  const gradName = kernelForWidth(kernelNames.normalizeAndRotateGrad, headWidth);
  return differentiable(
    [qkv, norm.queryGain, norm.queryShift, norm.keyGain, norm.keyShift],
    () =>
      runKernel(name, { qkv, ...norm, ...rotation }, options, () => [
        normalizeAndRotateReference(qkv, norm, rotation, options),
      ])[0] as Tensor3D,
    (gradient, saved) => {
      const savedQkv = saved[0] as Tensor3D;
      const [queryGain, keyGain] = [saved[1] as Tensor1D, saved[3] as Tensor1D];
      const table: RotationTable = { cos: saved[5] as Tensor2D, sin: saved[6] as Tensor2D };
      const inputs = { gradient, qkv: savedQkv, queryGain, keyGain, ...table };
      return runKernel(gradName, inputs, options, () =>
        normalizeAndRotateGradReference(gradient, savedQkv, { queryGain, keyGain }, table, options),
      );
    },
    [rotation.cos, rotation.sin],
  );
}

export function normalizeAndRotateReference(
  qkv: Tensor3D,
  norm: QueryKeyNorm,
  rotation: RotationTable,
  options: NormalizeAndRotateOptions,
): Tensor3D {
  const [queries, keys, values] = splitHeads(qkv, options.numHeads);
  const rotated = [
    rotate(layerNormReference(queries, norm.queryGain, norm.queryShift, options.epsilon), rotation),
    rotate(layerNormReference(keys, norm.keyGain, norm.keyShift, options.epsilon), rotation),
    values,
  ];
  return joinHeads(rotated, qkv);
}

/** Gradients: [dQkv, dQueryGain, dQueryShift, dKeyGain, dKeyShift]. */
export function normalizeAndRotateGradReference(
  gradient: Tensor3D,
  qkv: Tensor3D,
  norm: Pick<QueryKeyNorm, 'queryGain' | 'keyGain'>,
  rotation: RotationTable,
  options: NormalizeAndRotateOptions,
): Tensor[] {
  return tidy(() => {
    const [dQueries, dKeys, dValues] = splitHeads(gradient, options.numHeads);
    const [queries, keys] = splitHeads(qkv, options.numHeads);
    const back: RotationTable = { cos: rotation.cos, sin: mul(rotation.sin, -1) };
    const [dq, dQueryGain, dQueryShift] = layerNormGradReference(
      rotate(dQueries, back),
      queries,
      norm.queryGain,
      options.epsilon,
    ) as [Tensor, Tensor, Tensor];
    const [dk, dKeyGain, dKeyShift] = layerNormGradReference(
      rotate(dKeys, back),
      keys,
      norm.keyGain,
      options.epsilon,
    ) as [Tensor, Tensor, Tensor];
    return [joinHeads([dq, dk, dValues], qkv), dQueryGain, dQueryShift, dKeyGain, dKeyShift];
  });
}

function checkSizes(qkv: Tensor3D, norm: QueryKeyNorm, rotation: RotationTable, numHeads: number): void {
  const [, positions, tripleWidth] = qkv.shape;
  const headWidth = tripleWidth / (3 * numHeads);
  if (!Number.isInteger(headWidth / 2)) {
    throw new ShapeError(
      `normalizeAndRotate: qkv must split into 3 x ${numHeads} heads of an even width, got [${qkv.shape.join(', ')}]. Change the width or the number of heads.`,
    );
  }
  checkChannels('normalizeAndRotate', headWidth, { ...norm });
  for (const table of [rotation.cos, rotation.sin]) {
    if (table.shape[0] !== positions || table.shape[1] !== headWidth / 2) {
      throw new ShapeError(
        `normalizeAndRotate: rotation must be [${positions}, ${headWidth / 2}], got [${table.shape.join(', ')}]. Build the table for these positions.`,
      );
    }
  }
}

/** [B, T, 3D] to three tensors [B, T, H, Dh]. */
export function splitHeads(qkv: Tensor3D, numHeads: number): [Tensor, Tensor, Tensor] {
  const [batch, positions, tripleWidth] = qkv.shape;
  const width = tripleWidth / 3;
  const part = (index: number): Tensor =>
    reshape(slice(qkv, [0, 0, index * width], [batch, positions, width]), [
      batch,
      positions,
      numHeads,
      width / numHeads,
    ]);
  return [part(0), part(1), part(2)];
}

function joinHeads(parts: Tensor[], qkv: Tensor3D): Tensor3D {
  const [batch, positions, tripleWidth] = qkv.shape;
  return concat(
    parts.map((part) => reshape(part, [batch, positions, tripleWidth / 3])),
    2,
  ) as Tensor3D;
}

/** Turns neighbouring channel pairs of x [B, T, H, Dh] by the angles of the table. */
export function rotate(x: Tensor, rotation: RotationTable): Tensor {
  const [batch, positions, heads, headWidth] = x.shape as [number, number, number, number];
  const pairs = reshape(x, [batch * positions, heads, headWidth / 2, 2]);
  const [even, odd] = unstack(pairs, 3) as [Tensor, Tensor]; // [BT, H, Dh/2]
  const table = (values: Tensor2D): Tensor =>
    reshape(
      concat(
        Array.from({ length: batch }, () => values),
        0,
      ),
      [batch * positions, 1, headWidth / 2],
    );
  const cos = table(rotation.cos);
  const sin = table(rotation.sin);
  const turned = stack([sub(mul(even, cos), mul(odd, sin)), add(mul(even, sin), mul(odd, cos))], 3);
  return reshape(turned, x.shape);
}
