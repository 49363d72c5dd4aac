import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { FusedBackend } from './fused-backend';

/** Name under which the backend is registered in TensorFlow.js. */
export const WEBGPU_BACKEND = 'restok-webgpu';

/** Named inputs of a kernel; which are there is part of its contract. */
export type KernelTensors = Readonly<Record<string, TensorInfo>>;

/** A kernel of this backend: named inputs and attributes to one or several outputs. */
export type FusedKernel<Attributes> = (
  backend: FusedBackend,
  inputs: KernelTensors,
  attributes: Attributes,
) => TensorInfo | TensorInfo[];

/** Registers a kernel for this backend in place of what may be there. */
export function registerFused<Attributes>(name: string, kernel: FusedKernel<Attributes>): void {
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) =>
    // Kernels of this name only ever meet this backend.
    kernel(backend as FusedBackend, inputs as KernelTensors, (attrs ?? {}) as Attributes);
  if (getKernel(name, WEBGPU_BACKEND) != null) {
    unregisterKernel(name, WEBGPU_BACKEND);
  }
  registerKernel({ kernelName: name, backendName: WEBGPU_BACKEND, kernelFunc });
}

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
