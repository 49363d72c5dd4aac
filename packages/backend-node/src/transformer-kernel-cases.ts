import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { grad, tensor1d } from '@tensorflow/tfjs-core';
import * as ops from '@restok/ops';
import type { Draw, KernelCase } from './kernel-case';
import { kernelCase, matrix, vector } from './kernel-case';

const EPSILON = 1e-5;

/** Five new positions at 2 of 9, four heads of queries, two of keys, 6 wide. */
function cachedAttentionCase(draw: Draw, visibleKeys?: readonly number[]): ReturnType<KernelCase['run']> {
  const cache = { keys: draw(2, 2, 9, 6) as Tensor4D, values: draw(2, 2, 9, 6) as Tensor4D };
  const options = { numHeads: 4, position: 2, visibleKeys };
  const { output, cache: next } = ops.cachedAttention(draw(2, 5, 48) as Tensor3D, cache, options);
  return [output, next.keys, next.values];
}

function rotateCase(draw: Draw): { x: Tensor3D; run: (x: Tensor3D) => Tensor3D } {
  // Heads of 6: four values at a time and two that remain.
  const table = { cos: matrix(draw, 5, 3), sin: matrix(draw, 5, 3) };
  const counts = { numHeads: 4, numKeyHeads: 2 };
  return { x: draw(2, 5, 48) as Tensor3D, run: (x) => ops.rotateHeads(x, table, counts) };
}

/** The kernels of the generator's transformer. */
export const transformerKernelCases: readonly KernelCase[] = [
  kernelCase('rmsNorm', (draw) => ops.rmsNorm(draw(3, 5, 10), vector(draw, 10), EPSILON)),
  kernelCase('rmsNormGrad', (draw) => ops.rmsNormGrad(draw(7, 10), draw(7, 10), vector(draw, 10), EPSILON)),
  kernelCase('swiGlu', (draw) => ops.swiGlu(draw(3, 7), draw(3, 7))),
  kernelCase('swiGluGrad', (draw) => ops.swiGluGrad(draw(3, 7), draw(3, 7), draw(3, 7))),
  kernelCase('rotateHeads', (draw) => {
    const { x, run } = rotateCase(draw);
    return run(x);
  }),
  kernelCase('rotateHeads backwards', (draw) => {
    const { x, run } = rotateCase(draw);
    return grad((value) => run(value as Tensor3D))(x, draw(2, 5, 48));
  }),
  kernelCase('cachedAttention', (draw) => cachedAttentionCase(draw)),
  kernelCase('cachedAttention with a mask', (draw) => cachedAttentionCase(draw, [3, 3, 5, 6, 7])),
  kernelCase('crossEntropy', (draw) => ops.crossEntropy(matrix(draw, 3, 21), tensor1d([20, 0, 9], 'int32'))),
  kernelCase('crossEntropyGrad', (draw) =>
    ops.crossEntropyGrad(vector(draw, 3), matrix(draw, 3, 21), tensor1d([20, 0, 9], 'int32')),
  ),
  kernelCase('dropout', (draw) => ops.dropout(draw(9, 7), { rate: 0.4, seed: 3_000_000_019 })),
  kernelCase('dropout of whole groups', (draw) =>
    ops.dropout(draw(9, 7), { rate: 0.4, seed: 5, groupSize: 7 }),
  ),
];
