import { engine } from '@tensorflow/tfjs-core';
import { BackendUnavailableError } from '@restok/core';

/**
 * Checks that TensorFlow.js has a backend, before the first tensor is made.
 *
 * @param caller the function that needs one, for the message.
 * @throws BackendUnavailableError when none is registered.
 */
export function requireBackend(caller: string): void {
  if (engine().backendNames().length === 0) {
    throw new BackendUnavailableError(
      `${caller}: TensorFlow.js must have a backend, got none. Call useNodeBackend of @restok/backend-node or useWebGpuBackend of @restok/backend-webgpu first, or import @tensorflow/tfjs-backend-cpu.`,
    );
  }
}
