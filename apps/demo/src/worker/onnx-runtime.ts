import { getBackend } from '@tensorflow/tfjs-core';
import type * as OnnxClasses from '@restok/onnx/browser';
import type { Env } from 'onnxruntime-web';
import type { OnnxProvider } from '../engine/engine-api';

/** The name of the backend of `@restok/backend-webgpu`, which is not read for it. */
const WEBGPU = 'restok-webgpu';

/** The classes that run exported models, and what they should run on here. */
export interface OnnxRuntime {
  readonly classes: Pick<typeof OnnxClasses, 'OnnxGenerator' | 'OnnxTokenizer'>;
  readonly provider: OnnxProvider;
  readonly providers: readonly string[];
}

/** Reads ONNX Runtime, which nothing else of the page needs; its WebAssembly comes with the first graph. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  const classes = await import('@restok/onnx/browser');
  return canUseCard() ? { classes, ...(await withWebGpu()) } : { classes, ...(await withWasm()) };
}

/** Its build with WebGPU waits for the card within WebAssembly, which not every browser can do. */
function canUseCard(): boolean {
  return getBackend() === WEBGPU && 'Suspending' in WebAssembly;
}

async function withWebGpu(): Promise<Omit<OnnxRuntime, 'classes'>> {
  const [{ env }, { default: wasm }] = await Promise.all([
    import('onnxruntime-web/webgpu'),
    import('onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url'),
  ]);
  serveFrom(env, wasm);
  return { provider: 'WebGPU', providers: ['webgpu', 'wasm'] };
}

async function withWasm(): Promise<Omit<OnnxRuntime, 'classes'>> {
  const [{ env }, { default: wasm }] = await Promise.all([
    import('onnxruntime-web/wasm'),
    import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url'),
  ]);
  serveFrom(env, wasm);
  return { provider: 'WebAssembly', providers: ['wasm'] };
}

function serveFrom({ wasm: settings }: Env, file: string): void {
  settings.wasmPaths = { wasm: new URL(file, self.location.href).href };
  // More need headers that a host of static files may not send.
  settings.numThreads = 1;
}
