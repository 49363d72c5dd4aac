import type { Heap } from '../heap';
import type { SimdKernels } from '../simd';
import type { Gemm } from './gemm';

/** Columns that the kernel packs at a time. */
const PANEL_COLUMNS = 8;

/** Matrix products by a SIMD kernel: works everywhere, on one thread. */
export function wasmGemm(heap: Heap, simd: SimdKernels): Gemm {
  return {
    name: 'wasm',
    library: 'WebAssembly SIMD kernel',
    threads: 1,
    run(call): void {
      const panel = heap.scratch('panel', PANEL_COLUMNS * call.k);
      simd.sgemm(
        call.transposeA ? 1 : 0,
        call.transposeB ? 1 : 0,
        call.m,
        call.n,
        call.k,
        call.alpha,
        call.a,
        call.lda,
        call.b,
        call.ldb,
        call.beta,
        call.c,
        call.ldc,
        panel,
      );
    },
  };
}
