import { runningBackend } from './use-webgpu-backend';

/**
 * How many programs a function sends to the GPU; what a computation costs before its arithmetic.
 *
 * @param run may be asynchronous; its result is dropped.
 * @throws BackendUnavailableError when the WebGPU backend does not run.
 */
export async function countDispatches(run: () => unknown): Promise<number> {
  const backend = runningBackend('countDispatches');
  const before = backend.numDispatches;
  await run();
  return backend.numDispatches - before;
}
