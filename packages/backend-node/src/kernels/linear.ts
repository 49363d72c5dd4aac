import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { GradientPart } from '@restok/ops';
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

/** linear and each of its gradients as one matrix product, or sums. */
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

  registerNative<{ of: GradientPart }>(kernelNames.linearGrad, ({ gradient, x, weight }, { of }) => {
    const [outputs, inputs] = weight!.shape as [number, number];
    const rows = sizeOf(x!.shape) / inputs;
    if (of === 'bias') {
      return columnSums(context, gradient!, rows, outputs);
    }
    const target = heap.allocate(of === 'input' ? x!.shape : weight!.shape);
    const [g, c] = [heap.address(gradient!), heap.address(target)];
    if (of === 'input') {
      const sizes = { m: rows, n: inputs, k: outputs };
      multiply(context.gemm, sizes, { a: g, b: heap.address(weight!), c });
    } else {
      const sizes = { m: outputs, n: inputs, k: rows };
      multiply(context.gemm, sizes, { a: g, b: heap.address(x!), c }, { transposeA: true });
    }
    return target;
  });
}
