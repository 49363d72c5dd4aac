import type { Tensor } from '@tensorflow/tfjs-core';
import { add, mul, sigmoid, sub, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';

/**
 * silu(gate) · value, where silu(z) = z / (1 + exp(-z)).
 *
 * @param gate any shape, float32.
 * @param value same shape as the gate.
 * @returns same shape, owned by the caller.
 * @throws ShapeError when the shapes differ.
 * @source Shazeer, arXiv 2002.05202; method.md, section 7.
 */
export function swiGlu<X extends Tensor>(gate: X, value: X): X {
  if (gate.shape.join() !== value.shape.join()) {
    throw new ShapeError(
      `swiGlu: value must be [${gate.shape.join(', ')}], got [${value.shape.join(', ')}]. Pass one value for each gate.`,
    );
  }
  return differentiable(
    [gate, value],
    () => runKernel(kernelNames.swiGlu, { gate, value }, {}, () => [swiGluReference(gate, value)])[0] as X,
    (gradient, [savedGate, savedValue]) => swiGluGrad(gradient, savedGate!, savedValue!),
  );
}

export function swiGluReference(gate: Tensor, value: Tensor): Tensor {
  return mul(mul(gate, sigmoid(gate)), value);
}

/** Gradients of {@link swiGlu}: [dGate, dValue]. */
export function swiGluGrad(gradient: Tensor, gate: Tensor, value: Tensor): Tensor[] {
  return runKernel(kernelNames.swiGluGrad, { gradient, gate, value }, {}, () =>
    swiGluGradReference(gradient, gate, value),
  );
}

export function swiGluGradReference(gradient: Tensor, gate: Tensor, value: Tensor): Tensor[] {
  return tidy(() => {
    const open = sigmoid(gate);
    const silu = mul(gate, open);
    // silu' = σ(1 + z(1 - σ)) = σ + silu · (1 - σ)
    const slope = add(open, mul(silu, sub(1, open)));
    return [mul(mul(gradient, value), slope), mul(gradient, silu)];
  });
}
