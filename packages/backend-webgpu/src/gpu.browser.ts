import { BackendUnavailableError } from '@restok/core';
import type { GpuAccess } from './gpu-access';

/**
 * The browser's WebGPU.
 *
 * @throws BackendUnavailableError where there is none.
 */
export function openGpu(): Promise<GpuAccess> {
  const gpu = globalThis.navigator?.gpu;
  if (gpu === undefined) {
    return Promise.reject(
      new BackendUnavailableError(
        'useWebGpuBackend: the browser must offer WebGPU, got none. Use a recent browser over https, or another backend.',
      ),
    );
  }
  return Promise.resolve({ gpu });
}
