import type { Tensor3D } from '@tensorflow/tfjs-core';
import { concat, mul, reshape, slice } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';
import type { RotationTable } from './normalize-and-rotate';
import { rotate } from './normalize-and-rotate';

/** How a packed tensor splits into heads: H queries, then K keys, then K values, each Dh wide. */
export interface HeadCounts {
  readonly numHeads: number;
  /** Heads of keys and of values; each serves numHeads / numKeyHeads queries. */
  readonly numKeyHeads: number;
}

/**
 * The rotary position embedding of packed queries and keys; values pass unchanged.
 *
 * Channel pair (2i, 2i+1) of a head turns by the angle of its position: (a, b) becomes
 * (a cos - b sin, a sin + b cos).
 *
 * @param qkv `[B, T, (H + 2K) Dh]` queries, keys and values side by side, heads contiguous in each.
 * @param rotation `[T, Dh/2]` table of the T positions; receives no gradient.
 * @returns same shape as qkv, owned by the caller.
 * @throws ShapeError when qkv does not split into such heads of an even width, or the table does not fit.
 * @source Su et al., arXiv 2104.09864; method.md, section 7.
 */
export function rotateHeads(qkv: Tensor3D, rotation: RotationTable, counts: HeadCounts): Tensor3D {
  checkTable(qkv, rotation, counts);
  return differentiable(
    [qkv],
    () => turn(qkv, rotation, { ...counts, inverse: false }),
    (gradient, [, cos, sin]) => [turn(gradient, { cos, sin } as RotationTable, { ...counts, inverse: true })],
    [rotation.cos, rotation.sin],
  );
}

/** Attributes of the kernel: the inverse turns back, which is also the gradient. */
export interface RotateHeadsOptions extends HeadCounts {
  readonly inverse: boolean;
}

function turn(qkv: Tensor3D, rotation: RotationTable, options: RotateHeadsOptions): Tensor3D {
  return runKernel(kernelNames.rotateHeads, { qkv, ...rotation }, options, () => [
    rotateHeadsReference(qkv, rotation, options),
  ])[0] as Tensor3D;
}

export function rotateHeadsReference(
  qkv: Tensor3D,
  rotation: RotationTable,
  options: RotateHeadsOptions,
): Tensor3D {
  const [batch, positions, width] = qkv.shape;
  const headWidth = headWidthOf('rotateHeads', qkv, options);
  const turning = options.numHeads + options.numKeyHeads;
  const queriesAndKeys = slice(qkv, [0, 0, 0], [batch, positions, turning * headWidth]);
  const values = slice(qkv, [0, 0, turning * headWidth], [batch, positions, width - turning * headWidth]);
  const heads = reshape(queriesAndKeys, [batch, positions, turning, headWidth]);
  const table = options.inverse ? { cos: rotation.cos, sin: mul(rotation.sin, -1) } : rotation;
  const turned = rotate(heads, table as RotationTable);
  return concat([reshape(turned, queriesAndKeys.shape), values], 2) as Tensor3D;
}

/**
 * Dh of a packed tensor.
 *
 * @throws ShapeError when it does not split into H + 2K heads, or H is no multiple of K.
 */
export function headWidthOf(where: string, qkv: Tensor3D, { numHeads, numKeyHeads }: HeadCounts): number {
  const headWidth = qkv.shape[2] / (numHeads + 2 * numKeyHeads);
  if (!Number.isInteger(headWidth) || !Number.isInteger(numHeads / numKeyHeads)) {
    throw new ShapeError(
      `${where}: qkv must split into ${numHeads} heads of queries and twice ${numKeyHeads} of keys and values, got [${qkv.shape.join(', ')}]. Change the width or the number of heads.`,
    );
  }
  return headWidth;
}

function checkTable(qkv: Tensor3D, rotation: RotationTable, counts: HeadCounts): void {
  const pairs = headWidthOf('rotateHeads', qkv, counts) / 2;
  const positions = qkv.shape[1];
  for (const table of [rotation.cos, rotation.sin]) {
    if (table.shape[0] !== positions || table.shape[1] !== pairs) {
      throw new ShapeError(
        `rotateHeads: rotation must be [${positions}, ${pairs}], got [${table.shape.join(', ')}]. Build the table for these positions.`,
      );
    }
  }
}
