import { backend_util } from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import type { Emitter, KernelCall } from './kernel-call';

/** Emitters of matrix products. */
export const matrixProducts: Readonly<Record<string, Emitter>> = {
  BatchMatMul: (call) => {
    const { name, shape } = product(call);
    return call.output(name, shape);
  },
  _FusedMatMul: (call) => {
    const { name, shape } = product(call);
    const shifted = call.has('bias') ? call.graph.node('Add', [name, call.name('bias')]) : name;
    return call.output(activated(call, shifted), shape);
  },
};

function product(call: KernelCall): { name: string; shape: number[] } {
  const [a, b] = [
    operand(call, 'a', call.attribute<boolean>('transposeA')),
    operand(call, 'b', call.attribute<boolean>('transposeB')),
  ];
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return {
    name: call.graph.node('MatMul', [a.name, b.name]),
    shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!],
  };
}

function operand(call: KernelCall, key: string, isTransposed: boolean): { name: string; shape: number[] } {
  const { shape } = call.input(key);
  const name = call.name(key);
  if (!isTransposed) {
    return { name, shape };
  }
  const perm = shape.map((_, axis) => axis);
  perm.push(...perm.splice(-2).reverse());
  return { name: call.graph.node('Transpose', [name], { perm }), shape: perm.map((axis) => shape[axis]!) };
}

/** Activations that fused kernels of TensorFlow.js name. */
const ACTIVATIONS: Readonly<Record<string, (call: KernelCall, name: string) => string>> = {
  linear: (_, name) => name,
  relu: (call, name) => call.graph.node('Relu', [name]),
  relu6: (call, name) => call.graph.node('Clip', [name, call.graph.scalar(0), call.graph.scalar(6)]),
  elu: (call, name) => call.graph.node('Elu', [name]),
  sigmoid: (call, name) => call.graph.node('Sigmoid', [name]),
  leakyrelu: (call, name) =>
    call.graph.node('LeakyRelu', [name], { alpha: { float: call.attribute<number>('leakyreluAlpha') } }),
};

/** The activation that a fused kernel asks for. */
export function activated(call: KernelCall, name: string): string {
  const activation = call.attribute<string | undefined>('activation') ?? 'linear';
  const emit = ACTIVATIONS[activation];
  if (emit === undefined) {
    throw new ConfigError(
      `traceToOnnx: a fused activation must be one of ${Object.keys(ACTIVATIONS).join(', ')}, got ${activation}. Apply it as an operation of its own.`,
    );
  }
  return emit(call, name);
}
