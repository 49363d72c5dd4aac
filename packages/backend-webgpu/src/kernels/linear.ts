import type { GradientPart } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import { registerFused, sizeOf } from '../fused-kernel';
import { columnSums } from './column-sums';
import { multiply } from './matrix-product';

/** y = x Wᵀ + b and each of its gradients as one matrix product, or sums. */
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

  registerFused<{ of: GradientPart }>(kernelNames.linearGrad, (backend, { gradient, x, weight }, { of }) => {
    const [outputs, inputs] = weight!.shape as [number, number];
    const rows = sizeOf(x!.shape) / inputs;
    if (of === 'bias') {
      return columnSums(backend, gradient!, rows, outputs);
    }
    const target = backend.allocate(of === 'input' ? x!.shape : weight!.shape);
    if (of === 'input') {
      multiply(backend, { m: rows, n: inputs, k: outputs }, { a: gradient!, b: weight!, c: target });
    } else {
      const sizes = { m: outputs, n: inputs, k: rows };
      multiply(backend, sizes, { a: gradient!, b: x!, c: target }, { transposeA: true });
    }
    return target;
  });
}
