import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { useWebGpuBackend } from '@restok/backend-webgpu';
import type { ChosenBackend } from './use-backend';

export { releaseWebGpuBackend } from '@restok/backend-webgpu';

/**
 * Makes the WebGPU backend current, beside plain JavaScript to compare with; `releaseWebGpuBackend` lets the program end.
 *
 * @throws BackendUnavailableError when there is no GPU or no driver, saying what to install.
 */
export async function useGpu(): Promise<ChosenBackend> {
  tf.enableProdMode();
  const { backend, reason } = await useWebGpuBackend();
  return { backend, products: 'WGSL programs', threads: 1, reason };
}
