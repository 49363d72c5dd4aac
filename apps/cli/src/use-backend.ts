import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { useNodeBackend } from '@restok/backend-node';
import { BackendUnavailableError } from '@restok/core';

/** Names that --backend takes. */
export const backendNames = ['auto', 'node', 'wasm', 'webgpu', 'cpu'] as const;

export type BackendName = (typeof backendNames)[number];

/**
 * Makes the backend of a command current.
 *
 * @returns a line that says what runs.
 * @throws BackendUnavailableError when it cannot be had here.
 */
export async function useBackend(name: BackendName): Promise<string> {
  switch (name) {
    case 'auto':
    case 'node': {
      const info = await useNodeBackend();
      return `${info.backend}, ${info.gemm} (${info.library}), ${info.threads} threads`;
    }
    case 'wasm':
      await useNodeBackend({ gemm: 'wasm', threads: 1 });
      await tf.setBackend('wasm');
      return 'wasm';
    case 'cpu':
      await tf.setBackend('cpu');
      return 'cpu';
    case 'webgpu':
      throw new BackendUnavailableError(
        'useBackend: "webgpu" is not available in Node in this version. Available: auto, node, wasm, cpu.',
      );
  }
}
