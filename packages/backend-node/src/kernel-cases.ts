import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { abs, grad, grads, tensor1d } from '@tensorflow/tfjs-core';
import * as ops from '@restok/ops';
import type { Draw, KernelCase } from './kernel-case';
import { kernelCase, matrix, vector } from './kernel-case';
import { transformerKernelCases } from './transformer-kernel-cases';

function rotation(draw: Draw, positions: number, pairs: number): ops.RotationTable {
  return { cos: matrix(draw, positions, pairs), sin: matrix(draw, positions, pairs) };
}

function queryKeyNorm(draw: Draw, headWidth: number): ops.QueryKeyNorm {
  return {
    queryGain: vector(draw, headWidth),
    queryShift: vector(draw, headWidth),
    keyGain: vector(draw, headWidth),
    keyShift: vector(draw, headWidth),
  };
}

/** Prefix lengths of a sequence of blocks 3, 1, 5. */
const VISIBLE = [3, 3, 3, 4, 9, 9, 9, 9, 9];
const EPSILON = 1e-5;
const SILU = { groups: 4, epsilon: 1e-6, activation: 'silu' } as const;
const NO_ACTIVATION = { groups: 8, epsilon: 1e-6, activation: 'none' } as const;

/** Every named kernel, forward and gradient, at sizes that are no multiples of the vector width where allowed. */
export const kernelCases: readonly KernelCase[] = [
  kernelCase('linear', (draw) => ops.linear(draw(2, 5, 7), matrix(draw, 9, 7), vector(draw, 9))),
  kernelCase('linear without bias', (draw) => ops.linear(draw(33, 16), matrix(draw, 21, 16))),
  kernelCase('linear of one row', (draw) =>
    ops.linear(draw(1, 70), matrix(draw, 1000, 70), vector(draw, 1000)),
  ),
  // More than one part of the matrix.
  kernelCase('linear of few rows', (draw) => ops.linear(draw(3, 70), matrix(draw, 4000, 70))),
  kernelCase('linear of few rows by a large matrix', (draw) =>
    ops.linear(draw(6, 1024), matrix(draw, 1024, 1024)),
  ),
  kernelCase('linearGrad', (draw) =>
    ops.linearGrad(draw(2, 5, 9), draw(2, 5, 7), matrix(draw, 9, 7), { hasBias: true }),
  ),
  kernelCase('layerNorm', (draw) =>
    ops.layerNorm(draw(3, 5, 10), vector(draw, 10), vector(draw, 10), EPSILON),
  ),
  kernelCase('layerNormGrad', (draw) =>
    ops.layerNormGrad(draw(7, 10), draw(7, 10), vector(draw, 10), EPSILON),
  ),
  kernelCase('gelu', (draw) => ops.gelu(draw(3, 7))),
  kernelCase('geluGrad', (draw) => ops.geluGrad(draw(3, 7), draw(3, 7))),
  kernelCase('groupNorm with SiLU', (draw) =>
    ops.groupNorm(draw(2, 9, 11, 8) as Tensor4D, vector(draw, 8), vector(draw, 8), SILU),
  ),
  kernelCase('groupNorm', (draw) =>
    ops.groupNorm(draw(1, 3, 3, 8) as Tensor4D, vector(draw, 8), vector(draw, 8), NO_ACTIVATION),
  ),
  kernelCase('groupNormGrad with SiLU', (draw) =>
    ops.groupNormGrad(
      draw(2, 9, 11, 8) as Tensor4D,
      draw(2, 9, 11, 8) as Tensor4D,
      vector(draw, 8),
      vector(draw, 8),
      SILU,
    ),
  ),
  kernelCase('groupNormGrad', (draw) =>
    ops.groupNormGrad(
      draw(2, 3, 3, 8) as Tensor4D,
      draw(2, 3, 3, 8) as Tensor4D,
      vector(draw, 8),
      vector(draw, 8),
      NO_ACTIVATION,
    ),
  ),
  kernelCase('conv2d', (draw) =>
    ops.conv2d(draw(2, 5, 6, 3) as Tensor4D, draw(3, 3, 3, 7) as Tensor4D, vector(draw, 7)),
  ),
  kernelCase('conv2d of one pixel', (draw) =>
    ops.conv2d(draw(2, 1, 1, 4) as Tensor4D, draw(3, 3, 4, 4) as Tensor4D),
  ),
  kernelCase('conv2d of size 5', (draw) =>
    ops.conv2d(draw(1, 4, 3, 2) as Tensor4D, draw(5, 5, 2, 3) as Tensor4D),
  ),
  kernelCase('conv2d of size 1', (draw) =>
    ops.conv2d(draw(2, 4, 3, 5) as Tensor4D, draw(1, 1, 5, 3) as Tensor4D),
  ),
  kernelCase('conv2dGrad', (draw) =>
    ops.conv2dGrad(draw(2, 5, 6, 7) as Tensor4D, draw(2, 5, 6, 3) as Tensor4D, draw(3, 3, 3, 7) as Tensor4D, {
      hasBias: true,
    }),
  ),
  kernelCase('normalizeAndRotate', (draw) =>
    ops.normalizeAndRotate(draw(2, 5, 48) as Tensor3D, queryKeyNorm(draw, 8), rotation(draw, 5, 4), {
      numHeads: 2,
      epsilon: EPSILON,
    }),
  ),
  kernelCase('normalizeAndRotateGrad', (draw) => {
    const norm = queryKeyNorm(draw, 8);
    const table = rotation(draw, 5, 4);
    const options = { numHeads: 2, epsilon: EPSILON };
    const run = grads((qkv, queryGain, queryShift, keyGain, keyShift) =>
      ops.normalizeAndRotate(
        qkv as Tensor3D,
        {
          queryGain: queryGain as Tensor1D,
          queryShift: queryShift as Tensor1D,
          keyGain: keyGain as Tensor1D,
          keyShift: keyShift as Tensor1D,
        },
        table,
        options,
      ),
    );
    const inputs = [draw(2, 5, 48), norm.queryGain, norm.queryShift, norm.keyGain, norm.keyShift];
    return run(inputs, draw(2, 5, 48));
  }),
  kernelCase('attention', (draw) => ops.attention(draw(2, 7, 24) as Tensor3D, { numHeads: 2 })),
  kernelCase('attention with a mask', (draw) =>
    ops.attention(draw(2, 9, 36) as Tensor3D, { numHeads: 3, visibleKeys: VISIBLE }),
  ),
  kernelCase('attentionGrad', (draw) =>
    ops.attentionGrad(draw(2, 7, 8) as Tensor3D, draw(2, 7, 24) as Tensor3D, { numHeads: 2 }),
  ),
  kernelCase('attentionGrad with a mask', (draw) =>
    ops.attentionGrad(draw(2, 9, 12) as Tensor3D, draw(2, 9, 36) as Tensor3D, {
      numHeads: 3,
      visibleKeys: VISIBLE,
    }),
  ),
  kernelCase('scaledResidual', (draw) => ops.scaledResidual(draw(5, 6), draw(5, 6), vector(draw, 6))),
  kernelCase('scaledResidualGrad', (draw) => ops.scaledResidualGrad(draw(5, 6), draw(5, 6), vector(draw, 6))),
  kernelCase('mixTokens', (draw) =>
    ops.mixTokens(
      draw(2, 15, 6) as Tensor3D,
      ops.areaPoolMap({ rows: 3, columns: 5 }, { rows: 2, columns: 2 }),
    ),
  ),
  kernelCase('upsample2x', (draw) => ops.upsample2x(draw(2, 3, 2, 5) as Tensor4D)),
  kernelCase('upsample2xGrad', (draw) =>
    grad((x) => ops.upsample2x(x as Tensor4D))(draw(2, 3, 2, 5), draw(2, 6, 4, 5)),
  ),
  kernelCase('averagePool2x', (draw) => ops.averagePool2x(draw(2, 4, 6, 5) as Tensor4D)),
  kernelCase('averagePool2xGrad', (draw) =>
    grad((x) => ops.averagePool2x(x as Tensor4D))(draw(2, 4, 6, 5), draw(2, 2, 3, 5)),
  ),
  kernelCase('nearestCode', (draw) => ops.nearestCode(matrix(draw, 30, 5), matrix(draw, 13, 5))),
  kernelCase('gatherRows', (draw) => ops.gatherRows(matrix(draw, 6, 3), tensor1d([5, 0, 0, 3], 'int32'))),
  kernelCase('gatherRowsGrad', (draw) =>
    grad((table) => ops.gatherRows(table as Tensor2D, tensor1d([5, 0, 0, 3], 'int32')))(
      draw(6, 3),
      draw(4, 3),
    ),
  ),
  ...transformerKernelCases,
  kernelCase('adamW', (draw) => {
    const state = { value: draw(3, 7), mean: draw(3, 7), variance: abs(draw(3, 7)) };
    const next = ops.adamW(state, draw(3, 7), {
      learningRate: 0.01,
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weightDecay: 0.1,
      step: 3,
      gradientScale: 0.5,
    });
    return [next.value, next.mean, next.variance];
  }),
  kernelCase('movingAverage', (draw) => ops.movingAverage(draw(3, 7), draw(3, 7), 0.9)),
  kernelCase('squaredNorm', (draw) => ops.squaredNorm(draw(37, 31))),
];
