import { BackendUnavailableError } from '@restok/core';
import type { GpuAccess } from './gpu-access';

const ADVICE =
  'Switch on hardware acceleration in the settings of the browser, or take another backend, as selectBackend does.';

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
  return Promise.resolve({ gpu, adviceWithoutAdapter: ADVICE });
}
