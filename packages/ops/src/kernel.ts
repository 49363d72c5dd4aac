import type { NamedAttrMap, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { customGrad, engine, getKernel, tidy } from '@tensorflow/tfjs-core';

/** Inputs of a kernel by name; an input that is undefined is left out. */
export type KernelInputs = Record<string, Tensor | undefined>;

/**
 * Runs the kernel that the current backend registered under `name`, or the reference composition.
 *
 * This is the only place where the model meets a backend: a backend adds speed by registering a kernel
 * under one of `kernelNames`, and nothing else changes.
 *
 * @param name one of `kernelNames`; undefined asks for the reference.
 * @param reference the same computation from tfjs-core operations, right on every backend.
 * @returns the outputs, owned by the caller.
 */
export function runKernel<Attributes extends object>(
  name: string | undefined,
  inputs: KernelInputs,
  attributes: Attributes,
  reference: () => Tensor[],
): Tensor[] {
  if (name === undefined || getKernel(name, engine().backendName) == null) {
    return tidy(reference);
  }
  const present: NamedTensorMap = {};
  for (const [key, tensor] of Object.entries(inputs)) {
    if (tensor !== undefined) {
      present[key] = tensor;
    }
  }
  // tfjs types attributes as a map of scalars and arrays; ours are interfaces of just those.
  const outputs: Tensor | Tensor[] = engine().runKernel(name, present, attributes as NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** The part of TensorFlow.js's engine beneath `customGrad`, which takes a function for each gradient. */
interface TapeEngine {
  runKernelFunc(call: {
    readonly inputs: NamedTensorMap;
    forwardFunc(backend: unknown, save: (tensors: Tensor[]) => void): Tensor;
    backwardsFunc(gradient: Tensor, saved: Tensor[]): Record<string, () => Tensor>;
  }): Tensor;
}

/**
 * Like {@link differentiable}, with a function for each gradient: what nobody asks for, such as the weights of a frozen
 * network or the pictures that it sees, is not computed.
 *
 * @param backward from the gradient of the value and the saved inputs, one function per input; each is called at most
 *   once, in a tidy of its own.
 * @returns the value, owned by the caller.
 */
export function differentiableByInput<Output extends Tensor>(
  inputs: readonly Tensor[],
  forward: () => Output,
  backward: (gradient: Output, saved: Tensor[]) => readonly (() => Tensor)[],
): Output {
  const tape = engine() as unknown as TapeEngine;
  return tape.runKernelFunc({
    inputs: Object.fromEntries(inputs.entries()),
    forwardFunc: (_backend, save) => {
      const value = forward();
      save([...inputs]);
      return value;
    },
    backwardsFunc: (gradient, saved) => Object.fromEntries(backward(gradient as Output, saved).entries()),
  }) as Output;
}

/**
 * Ties a forward computation to its gradient.
 *
 * @param inputs tensors that receive a gradient, in order.
 * @param forward computes the value from them.
 * @param backward from the gradient of the value and the saved tensors (inputs, then constants), one gradient
 *   per input.
 * @param constants further tensors that backward needs but that receive no gradient.
 * @returns the value, owned by the caller.
 */
export function differentiable<Output extends Tensor>(
  inputs: readonly Tensor[],
  forward: () => Output,
  backward: (gradient: Output, saved: Tensor[]) => Tensor[],
  constants: readonly Tensor[] = [],
): Output {
  const run = customGrad((...argumentsAndSave) => {
    const save = argumentsAndSave.pop() as (tensors: Tensor[]) => void;
    const value = forward();
    save([...inputs, ...constants]);
    return {
      value,
      gradFunc: (gradient: Tensor, saved: Tensor[]) => backward(gradient as Output, saved),
    };
  });
  return run(...inputs) as Output;
}
