import type { DataType, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../trace/graph-builder';
import type { Trace } from '../trace/trace';

/** Adds the operators of one kernel to the graph and gives the kernel's outputs. */
export type Emitter = (call: KernelCall) => TensorInfo | TensorInfo[];

/** One kernel that a traced function runs. */
export class KernelCall {
  constructor(
    readonly trace: Trace,
    readonly inputs: NamedTensorInfoMap,
    private readonly attributes: NamedAttrMap,
  ) {}

  get graph(): GraphBuilder {
    return this.trace.graph;
  }

  /** An input that the kernel always has. */
  input(key: string): TensorInfo {
    return this.inputs[key]!;
  }

  /** Whether an optional input is there. */
  has(key: string): boolean {
    return this.inputs[key] != null;
  }

  /** The name of an input, its axes as in TensorFlow.js. */
  name(key: string): string {
    return this.trace.name(this.input(key));
  }

  /** Inputs of kernels that take a list, in order. */
  list(): TensorInfo[] {
    return Object.keys(this.inputs)
      .sort((a, b) => Number(a) - Number(b))
      .map((key) => this.inputs[key]!);
  }

  /** An attribute as the type that its kernel documents. */
  attribute<T>(key: string): T {
    return this.attributes[key] as T;
  }

  /** Output under a name of the graph. */
  output(name: string, shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.trace.output(name, shape, dtype);
  }

  /** A tensor of another shape with the same values in the same order. */
  reshaped(name: string, from: readonly number[], to: readonly number[]): string {
    return reshape(this.trace, name, from, to);
  }
}

/**
 * Reshape with as much of the target fixed as can be: a side that stays where it is becomes 0, one symbolic side -1;
 * more of them are computed in the graph.
 */
export function reshape(trace: Trace, name: string, from: readonly number[], to: readonly number[]): string {
  if (from.join() === to.join()) {
    return name;
  }
  const target = to.map((side, axis) =>
    trace.sizes.isSymbolic(side) ? (from[axis] === side ? 0 : -1) : side,
  );
  const isFixed = target.filter((side) => side === -1).length <= 1 && !to.includes(0);
  const shape = isFixed ? trace.graph.integers(target) : trace.sizeTensors.shape(to);
  return trace.graph.node('Reshape', [name, shape]);
}
