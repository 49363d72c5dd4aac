import { kernelNames } from '@restok/ops';
import { registerFused } from '../fused-kernel';
import type { Elementwise } from './elementwise';
import { runElementwise } from './elementwise';

/**
 * Φ by the error function's approximation of Abramowitz and Stegun, 7.1.26: within 1e-7, and relatively exact in the
 * lower tail.
 */
const NORMAL_DISTRIBUTION = `
fn normalDistribution(x: f32) -> f32 {
  let a = abs(x) * 0.70710678118654752;
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let series = 0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)));
  let tail = 0.5 * t * series * exp(-a * a);
  return select(tail, 1.0 - tail, x > 0.0);
}`;

/** The logistic function without overflow. */
export const SIGMOID = `
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(min(-x, 88.0)));
}`;

const gelu: Elementwise = {
  key: 'gelu',
  inputs: ['x'],
  outputs: ['y'],
  functions: NORMAL_DISTRIBUTION,
  body: 'y[i] = x[i] * normalDistribution(x[i]);',
};

const geluGrad: Elementwise = {
  key: 'geluGrad',
  inputs: ['gradient', 'x'],
  outputs: ['dx'],
  functions: NORMAL_DISTRIBUTION,
  body: `let density = 0.39894228040143268 * exp(-0.5 * x[i] * x[i]);
      dx[i] = gradient[i] * (normalDistribution(x[i]) + x[i] * density);`,
};

const swiGlu: Elementwise = {
  key: 'swiGlu',
  inputs: ['gate', 'value'],
  outputs: ['y'],
  functions: SIGMOID,
  body: 'y[i] = gate[i] * sigmoid(gate[i]) * value[i];',
};

const swiGluGrad: Elementwise = {
  key: 'swiGluGrad',
  inputs: ['gradient', 'gate', 'value'],
  outputs: ['dGate', 'dValue'],
  functions: SIGMOID,
  body: `let s = sigmoid(gate[i]);
      dGate[i] = gradient[i] * value[i] * s * (1.0 + gate[i] * (1.0 - s));
      dValue[i] = gradient[i] * gate[i] * s;`,
};

/** GELU and SwiGLU with their gradients. */
export function registerActivations(): void {
  registerFused(kernelNames.gelu, (backend, inputs) =>
    runElementwise(backend, gelu, inputs, inputs.x!.shape),
  );
  registerFused(kernelNames.geluGrad, (backend, inputs) =>
    runElementwise(backend, geluGrad, inputs, inputs.x!.shape),
  );
  registerFused(kernelNames.swiGlu, (backend, inputs) =>
    runElementwise(backend, swiGlu, inputs, inputs.gate!.shape),
  );
  registerFused(kernelNames.swiGluGrad, (backend, inputs) =>
    runElementwise(backend, swiGluGrad, inputs, inputs.gate!.shape),
  );
}
