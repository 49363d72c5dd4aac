import type { KernelFunc } from '@tensorflow/tfjs-core';
import { Cumprod, Cumsum, getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { WEBGPU_BACKEND } from '../fused-kernel';

/** TensorFlow.js's own kernels that are wrong on WebGPU. */
export function registerStockCorrections(): void {
  // They fail for an axis that is counted from the end.
  for (const name of [Cumsum, Cumprod]) {
    const stock = getKernel(name, WEBGPU_BACKEND).kernelFunc;
    const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) => {
      const axis = Number(attrs!.axis);
      const rank = inputs.x!.shape.length;
      return stock({ inputs, attrs: { ...attrs, axis: axis < 0 ? axis + rank : axis }, backend });
    };
    unregisterKernel(name, WEBGPU_BACKEND);
    registerKernel({ kernelName: name, backendName: WEBGPU_BACKEND, kernelFunc });
  }
}
