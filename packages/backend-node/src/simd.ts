import { simdBinary } from './simd-binary';

type Kernel = (...values: number[]) => void;

/** Functions of the SIMD module; arguments are byte addresses and sizes as in `assembly/`. */
export interface SimdKernels {
  readonly sgemm: Kernel;
  readonly layerNorm: Kernel;
  readonly layerNormGrad: Kernel;
  readonly rmsNorm: Kernel;
  readonly rmsNormGrad: Kernel;
  readonly swiGlu: Kernel;
  readonly swiGluGrad: Kernel;
  readonly rotateHeads: Kernel;
  readonly dropout: Kernel;
  readonly crossEntropyGrad: Kernel;
  readonly softmaxStatistics: Kernel;
  readonly gelu: Kernel;
  readonly geluGrad: Kernel;
  readonly groupNorm: Kernel;
  readonly groupNormGrad: Kernel;
  readonly normalizeAndRotate: Kernel;
  readonly normalizeAndRotateGrad: Kernel;
  readonly softmaxRows: Kernel;
  readonly softmaxRowsGrad: Kernel;
  readonly adamW: Kernel;
  readonly columnSums: Kernel;
  readonly fillRows: Kernel;
  readonly movingAverage: Kernel;
  readonly scaledResidual: Kernel;
  readonly scaledResidualGrad: Kernel;
  readonly squaredNorm: (x: number, count: number) => number;
  readonly mirrorFilter: Kernel;
  readonly sumSquares2x: Kernel;
  readonly unfold: Kernel;
  readonly upsample2x: Kernel;
  readonly gatherRows: Kernel;
  readonly gatherRowsGrad: Kernel;
  readonly mixTokens: Kernel;
  readonly nearestCode: Kernel;
}

/** Loads the SIMD kernels onto a memory that they share with others. */
export async function loadSimdKernels(memory: WebAssembly.Memory): Promise<SimdKernels> {
  const bytes = Uint8Array.from(atob(simdBinary), (character) => character.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  // The compiler's exports have no types of their own; assembly/index.ts is the list above.
  return instance.exports as WebAssembly.Exports & SimdKernels;
}
