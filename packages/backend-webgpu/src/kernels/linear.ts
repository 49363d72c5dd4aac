import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames } from '@restok/ops';
import { registerFused, sizeOf } from '../fused-kernel';
import { columnSums } from './column-sums';
import { multiply } from './matrix-product';

/** y = x Wᵀ + b as one matrix product, and its gradient as two. */
export function registerLinear(): void {
  registerFused(kernelNames.linear, (backend, { x, weight, bias }) => {
    const [outputs, inputs] = weight!.shape as [number, number];
    const y = backend.allocate([...x!.shape.slice(0, -1), outputs]);
    multiply(
      backend,
      { m: sizeOf(x!.shape) / inputs, n: outputs, k: inputs },
      { a: x!, b: weight!, c: y, bias },
      { transposeB: true },
    );
    return y;
  });

  registerFused<{ hasBias: boolean }>(
    kernelNames.linearGrad,
    (backend, { gradient, x, weight }, { hasBias }) => {
      const [outputs, inputs] = weight!.shape as [number, number];
      const rows = sizeOf(x!.shape) / inputs;
      const dx = backend.allocate(x!.shape);
      multiply(backend, { m: rows, n: inputs, k: outputs }, { a: gradient!, b: weight!, c: dx });
      const dWeight = backend.allocate(weight!.shape);
      multiply(
        backend,
        { m: outputs, n: inputs, k: rows },
        { a: gradient!, b: x!, c: dWeight },
        { transposeA: true },
      );
      const gradients: TensorInfo[] = [dx, dWeight];
      return hasBias ? [...gradients, columnSums(backend, gradient!, rows, outputs)] : gradients;
    },
  );
}
