import { env, setBackend } from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { NODE_BACKEND } from './native-context';
import { startNativeBackend } from './start-native-backend';

export interface PortableBackendOptions {
  /**
   * Where the .wasm files of @tensorflow/tfjs-backend-wasm are: a folder that ends in a slash, or an address for each
   * file. Left out, they are looked for beside the script.
   */
  readonly wasmPaths?: Parameters<typeof setWasmPaths>[0];
}

let started: Promise<unknown> | undefined;

/**
 * The SIMD kernels of this package in a browser tab or a worker: tfjs-wasm with matrix products and fused kernels in
 * WebAssembly, on one thread. Called again it makes the backend current again.
 *
 * @returns the name of the backend in TensorFlow.js, which is current afterwards.
 */
export async function usePortableBackend(options: PortableBackendOptions = {}): Promise<string> {
  started ??= start(options).catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  await started;
  await setBackend(NODE_BACKEND);
  return NODE_BACKEND;
}

async function start({ wasmPaths }: PortableBackendOptions): Promise<void> {
  if (wasmPaths !== undefined) {
    setWasmPaths(wasmPaths);
  }
  // The kernels import a memory that is not shared, which is that of the build without threads.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await startNativeBackend();
}
