import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames } from '@restok/ops';
import { sizeOf } from '../heap';
import type { NativeContext } from '../native-context';
import { multiply, registerNative } from '../native-context';

/** Sums over rows as a `[width]` tensor. */
export function columnSums(context: NativeContext, x: TensorInfo, rows: number, width: number): TensorInfo {
  const { heap, simd } = context;
  const sums = heap.allocate([width]);
  const scratch = heap.scratch('columnSums', width);
  simd.columnSums(heap.address(x), heap.address(sums), rows, width, scratch);
  return sums;
}

/** linear and its gradient as one or two matrix products. */
export function registerLinear(context: NativeContext): void {
  const { heap, simd } = context;

  registerNative(kernelNames.linear, ({ x, weight, bias }) => {
    const [outputs, inputs] = weight!.shape as [number, number];
    const rows = sizeOf(x!.shape) / inputs;
    const y = heap.allocate([...x!.shape.slice(0, -1), outputs]);
    if (bias !== undefined) {
      simd.fillRows(heap.address(y), heap.address(bias), rows, outputs);
    }
    multiply(
      context.gemm,
      { m: rows, n: outputs, k: inputs },
      { a: heap.address(x!), b: heap.address(weight!), c: heap.address(y) },
      { transposeB: true, beta: bias === undefined ? 0 : 1 },
    );
    return y;
  });

  registerNative<{ hasBias: boolean }>(kernelNames.linearGrad, ({ gradient, x, weight }, { hasBias }) => {
    const [outputs, inputs] = weight!.shape as [number, number];
    const rows = sizeOf(x!.shape) / inputs;
    const dx = heap.allocate(x!.shape);
    const dWeight = heap.allocate(weight!.shape);
    const g = heap.address(gradient!);
    multiply(
      context.gemm,
      { m: rows, n: inputs, k: outputs },
      { a: g, b: heap.address(weight!), c: heap.address(dx) },
    );
    multiply(
      context.gemm,
      { m: outputs, n: inputs, k: rows },
      { a: g, b: heap.address(x!), c: heap.address(dWeight) },
      { transposeA: true },
    );
    return hasBias ? [dx, dWeight, columnSums(context, gradient!, rows, outputs)] : [dx, dWeight];
  });
}
