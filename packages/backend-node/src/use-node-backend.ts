import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { ConfigError } from '@restok/core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { GemmChoice } from './gemm/choose-gemm';
import { chooseGemm } from './gemm/choose-gemm';
import type { GemmName } from './gemm/gemm';
import type { NativeContext } from './native-context';
import { NODE_BACKEND } from './native-context';
import { startNativeBackend } from './start-native-backend';

export interface NodeBackendOptions {
  /** Where matrix products run; 'auto' takes the fastest there is. */
  readonly gemm?: GemmChoice;
  /** Threads of matrix products; by default one per core up to eight. */
  readonly threads?: number;
}

/** What was chosen, and why. */
export interface BackendInfo {
  readonly backend: typeof NODE_BACKEND;
  readonly gemm: GemmName;
  /** Path or name of the library, and for which processor its kernels are, where it says so. */
  readonly library: string;
  readonly threads: number;
  /** One sentence for people. */
  readonly reason: string;
}

/** More threads than this slow small products down. */
const MAX_DEFAULT_THREADS = 8;

let context: NativeContext | undefined;

/**
 * Makes TensorFlow.js run at native speed in Node: its WebAssembly memory, with matrix products by BLAS and
 * SIMD kernels for the rest. Can be called again to change the options; tensors stay valid.
 *
 * @returns what was chosen; the backend is current afterwards.
 * @throws BackendUnavailableError when a provider that was asked for by name cannot be had, ConfigError for an
 *   impossible number of threads.
 */
export async function useNodeBackend(options: NodeBackendOptions = {}): Promise<BackendInfo> {
  const threads = options.threads ?? Math.min(availableParallelism(), MAX_DEFAULT_THREADS);
  if (!Number.isInteger(threads) || threads < 1) {
    throw new ConfigError(
      `useNodeBackend: threads must be a positive integer, got ${threads}. Leave it out for one per core.`,
      [`threads is ${threads}`],
    );
  }
  context ??= await setUp();
  const { gemm, reason } = chooseGemm(context.heap, context.simd, options.gemm ?? 'auto', threads);
  context.gemm = gemm;
  await tf.setBackend(NODE_BACKEND);
  return { backend: NODE_BACKEND, gemm: gemm.name, library: gemm.library, threads: gemm.threads, reason };
}

/** The context of the backend, for the self-test. */
export function nativeContext(): NativeContext | undefined {
  return context;
}

async function setUp(): Promise<NativeContext> {
  setWasmPaths(wasmFolder());
  return startNativeBackend();
}

/** Where @tensorflow/tfjs-backend-wasm keeps its .wasm files. */
function wasmFolder(): string {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
  return existsSync(`${folder}/tfjs-backend-wasm-simd.wasm`) ? `${folder}/` : `${folder}/../dist/`;
}
