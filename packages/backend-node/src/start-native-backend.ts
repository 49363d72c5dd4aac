import * as tf from '@tensorflow/tfjs-core';
import { wasmGemm } from './gemm/wasm';
import { asWasmBackend, Heap } from './heap';
import { registerAttention } from './kernels/attention';
import { registerCachedAttention } from './kernels/cached-attention';
import { registerConvolution } from './kernels/convolution';
import { registerCrossEntropy } from './kernels/cross-entropy';
import { registerLinear } from './kernels/linear';
import { registerNormalization } from './kernels/normalization';
import { registerOptimizer } from './kernels/optimizer';
import { registerStockOverrides } from './kernels/stock-overrides';
import { registerTokens } from './kernels/tokens';
import { registerTransformer } from './kernels/transformer';
import type { NativeContext } from './native-context';
import { NODE_BACKEND } from './native-context';
import { loadSimdKernels } from './simd';

/**
 * Starts tfjs-wasm, whose files setWasmPaths names, with the SIMD kernels on its memory and matrix products by
 * WebAssembly. Nothing in it needs Node.
 *
 * @returns the context, whose provider of matrix products may be exchanged; the backend is registered, not current.
 */
export async function startNativeBackend(): Promise<NativeContext> {
  await tf.setBackend('wasm');
  await tf.ready();
  const wasm = asWasmBackend(tf.backend());
  const heap = new Heap(wasm);
  const simd = await loadSimdKernels(heap.memory);
  // tfjs-wasm keeps pointers in module variables, so both names must share one instance.
  tf.registerBackend(NODE_BACKEND, () => wasm);
  tf.copyRegisteredKernels('wasm', NODE_BACKEND);
  const made: NativeContext = { heap, simd, gemm: wasmGemm(heap, simd) };
  registerLinear(made);
  registerNormalization(made);
  registerAttention(made);
  registerCachedAttention(made);
  registerTransformer(made);
  registerCrossEntropy(made);
  registerConvolution(made);
  registerTokens(made);
  registerOptimizer(made);
  registerStockOverrides(made);
  return made;
}
