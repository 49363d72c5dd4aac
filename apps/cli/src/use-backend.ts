import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { useNodeBackend } from '@restok/backend-node';
import { BackendUnavailableError } from '@restok/core';
import { releaseLater } from './backend-release';
import type { backendNames } from './option-names';

export type BackendName = (typeof backendNames)[number];

export interface BackendOption {
  readonly backend: BackendName;
  /** Threads of matrix products; one per core up to eight when left out. Stock backends have one. */
  readonly threads?: number;
}

/** What computes, and why. */
export interface ChosenBackend {
  readonly backend: string;
  /** What multiplies matrices. */
  readonly products: string;
  readonly threads: number;
  /** One sentence for people. */
  readonly reason: string;
}

/**
 * Makes the backend of a command current; `releaseBackend` frees it.
 *
 * @param wanted threads of matrix products.
 * @throws BackendUnavailableError when it cannot be had here.
 */
export async function useBackend(name: BackendName, wanted?: number): Promise<ChosenBackend> {
  // Without this, tfjs-core advertises another backend on standard error.
  tf.enableProdMode();
  switch (name) {
    case 'auto':
    case 'node': {
      const { backend, gemm, library, threads, reason } = await useNodeBackend({ threads: wanted });
      return { backend, products: `${gemm} (${library})`, threads, reason };
    }
    case 'wasm':
      await useNodeBackend({ gemm: 'wasm', threads: 1 });
      return useStock(name);
    case 'cpu':
      return useStock(name);
    case 'webgpu': {
      const { releaseWebGpuBackend, useGpu } = await import('./use-gpu');
      const chosen = await useGpu();
      releaseLater(releaseWebGpuBackend);
      return chosen;
    }
  }
}

/** The error of `--backend webgpu` for a command that needs the processor. */
export function webGpuUnavailable(): BackendUnavailableError {
  return new BackendUnavailableError(
    'useBackend: "webgpu" is not available here: this command computes on the processor. Use --backend auto, node, wasm or cpu.',
  );
}

/** TensorFlow.js as it comes. */
async function useStock(name: 'wasm' | 'cpu'): Promise<ChosenBackend> {
  await tf.setBackend(name);
  return { backend: name, products: `stock tfjs-backend-${name}`, threads: 1, reason: 'It was asked for.' };
}
