import type { Heap } from '../heap';
import type { SimdKernels } from '../simd';
import { blasGemm } from './blas';
import type { Gemm } from './gemm';
import { gemmBySize } from './gemm-by-size';
import { ortGemm } from './ort';
import { wasmGemm } from './wasm';

/** A provider by name, or the fastest there is. */
export type GemmChoice = 'auto' | 'blas' | 'ort' | 'wasm';

/**
 * Picks the provider of matrix products.
 *
 * @throws BackendUnavailableError when a provider asked for by name cannot be had.
 */
export function chooseGemm(
  heap: Heap,
  simd: SimdKernels,
  choice: GemmChoice,
  threads: number,
): { gemm: Gemm; reason: string } {
  switch (choice) {
    case 'blas':
      return { gemm: blasGemm(heap, threads), reason: 'BLAS was asked for.' };
    case 'wasm':
      return { gemm: wasmGemm(heap, simd), reason: 'WebAssembly was asked for.' };
    case 'ort':
      return { gemm: ortGemm(heap, threads), reason: 'ONNX Runtime was asked for.' };
    case 'auto':
      return firstAvailable(heap, simd, threads);
  }
}

function firstAvailable(heap: Heap, simd: SimdKernels, threads: number): { gemm: Gemm; reason: string } {
  const refusals: string[] = [];
  try {
    return {
      gemm: gemmBySize(blasGemm(heap, threads), () => ortIfInstalled(heap, threads)),
      reason: 'A system BLAS is there, the fastest for training and inference.',
    };
  } catch (error) {
    refusals.push(messageOf(error));
  }
  try {
    return { gemm: ortGemm(heap, threads), reason: `ONNX Runtime, since: ${refusals.join(' ')}` };
  } catch (error) {
    refusals.push(messageOf(error));
  }
  return { gemm: wasmGemm(heap, simd), reason: `WebAssembly, the slowest, since: ${refusals.join(' ')}` };
}

function ortIfInstalled(heap: Heap, threads: number): Gemm | undefined {
  try {
    return ortGemm(heap, threads);
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
