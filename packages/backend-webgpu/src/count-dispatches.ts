import type { KernelConfig } from '@tensorflow/tfjs-core';
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { kernelNames } from '@restok/ops';
import { WEBGPU_BACKEND } from './fused-kernel';
import { runningBackend } from './use-webgpu-backend';

export interface CountDispatchesOptions {
  /**
   * `fused` (default) counts with the kernels of this package; `plain` without them, so that every operation is its
   * reference from operations of TensorFlow.js.
   */
  readonly kernels?: 'fused' | 'plain';
}

/**
 * How many programs a function sends to the GPU; what a computation costs before its arithmetic.
 *
 * @param run may be asynchronous; its result is dropped. With plain kernels nothing else may compute meanwhile.
 * @throws BackendUnavailableError when the WebGPU backend does not run.
 */
export async function countDispatches(
  run: () => unknown,
  { kernels = 'fused' }: CountDispatchesOptions = {},
): Promise<number> {
  const backend = runningBackend('countDispatches');
  const taken = kernels === 'plain' ? takeFusedKernels() : [];
  const before = backend.numDispatches;
  try {
    await run();
    return backend.numDispatches - before;
  } finally {
    taken.forEach(registerKernel);
  }
}

/** Unregisters every kernel of a named operation: they then run their references. */
function takeFusedKernels(): KernelConfig[] {
  const kernels = Object.values(kernelNames).map((name) => getKernel(name, WEBGPU_BACKEND));
  const registered = kernels.filter((kernel) => kernel != null);
  registered.forEach(({ kernelName }) => unregisterKernel(kernelName, WEBGPU_BACKEND));
  return registered;
}
