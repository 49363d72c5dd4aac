import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { Gemm, GemmCall } from './gemm/gemm';
import type { Heap } from './heap';
import type { SimdKernels } from './simd';

/** Name under which the backend is registered in TensorFlow.js. */
export const NODE_BACKEND = 'restok-node';

/** What a native kernel works with. */
export interface NativeContext {
  readonly heap: Heap;
  readonly simd: SimdKernels;
  /** The provider of matrix products; it changes when the backend is set up again. */
  gemm: Gemm;
}

/** A kernel of this backend: named inputs and attributes to one or several outputs. */
export type NativeKernel<Attributes> = (
  inputs: Readonly<Record<string, TensorInfo>>,
  attributes: Attributes,
) => TensorInfo | TensorInfo[];

/** Registers a kernel for this backend in place of what may be there. */
export function registerNative<Attributes>(name: string, kernel: NativeKernel<Attributes>): void {
  const kernelFunc: KernelFunc = ({ inputs, attrs }) =>
    kernel(inputs as Record<string, TensorInfo>, (attrs ?? {}) as Attributes);
  try {
    unregisterKernel(name, NODE_BACKEND);
  } catch {
    // There was none.
  }
  registerKernel({ kernelName: name, backendName: NODE_BACKEND, kernelFunc });
}

/** C = op(A) op(B) with dense rows: alpha 1, beta as given, strides from the sizes. */
export function multiply(
  gemm: Gemm,
  sizes: { readonly m: number; readonly n: number; readonly k: number },
  operands: { readonly a: number; readonly b: number; readonly c: number },
  options: { readonly transposeA?: boolean; readonly transposeB?: boolean; readonly beta?: number } = {},
): void {
  const { m, n, k } = sizes;
  const transposeA = options.transposeA === true;
  const transposeB = options.transposeB === true;
  const call: GemmCall = {
    transposeA,
    transposeB,
    m,
    n,
    k,
    alpha: 1,
    ...operands,
    lda: transposeA ? m : k,
    ldb: transposeB ? k : n,
    beta: options.beta ?? 0,
    ldc: n,
  };
  gemm.run(call);
}
