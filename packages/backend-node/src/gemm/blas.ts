import koffi from 'koffi';
import type { Heap } from '../heap';
import { openBlasLibrary } from './blas-library';
import { threadSetter, threadsFor } from './blas-threads';
import type { Gemm, GemmCall } from './gemm';

const ROW_MAJOR = 101;
const NO_TRANSPOSE = 111;
const TRANSPOSE = 112;

/** Up to this many rows a product is a product of the matrix and a vector for each: nothing is packed. */
const MAX_VECTOR_ROWS = 4;
/** Values of a matrix that is worth it. Products with smaller ones, as in tiny models, round alike for any rows. */
const MIN_VECTOR_MATRIX = 2 ** 16;
/**
 * How much of the matrix stays in the cores' caches while the rows go through it. Two and four rows times a 3072 x 1024
 * matrix take two threads 0.73 and 0.97 ms with 2^18, 0.62 and 0.84 ms with 2^20, 0.82 and 0.94 ms with 2^22.
 */
const CACHED_BYTES = 2 ** 20;
const VALUE_BYTES = 4;

type Blas = (...values: number[]) => void;

/**
 * Matrix products by the system's BLAS.
 *
 * RESTOK_BLAS_LIBRARY names a library to use instead of those known here.
 *
 * @throws BackendUnavailableError naming what was tried.
 */
export function blasGemm(heap: Heap, threads: number): Gemm {
  const { library, path, core } = openBlasLibrary();
  // Addresses are passed as plain numbers, which costs half as much as passing views.
  const sgemm = library.func(
    'void cblas_sgemm(int layout, int transa, int transb, int m, int n, int k, float alpha, uintptr_t a, int lda, uintptr_t b, int ldb, float beta, uintptr_t c, int ldc)',
  ) as Blas;
  const sgemv = library.func(
    'void cblas_sgemv(int layout, int trans, int m, int n, float alpha, uintptr_t a, int lda, uintptr_t x, int incx, float beta, uintptr_t y, int incy)',
  ) as Blas;
  const setThreads = threadSetter(library);

  let buffer: ArrayBufferLike | undefined;
  let base = 0;
  return {
    name: 'blas',
    library: core === undefined ? path : `${path}, kernels for ${core}`,
    threads,
    run(call: GemmCall): void {
      if (heap.memory.buffer !== buffer) {
        buffer = heap.memory.buffer;
        base = Number(koffi.address(new Uint8Array(buffer)));
      }
      setThreads(threadsFor(call, threads));
      if (isFewRows(call)) {
        multiplyRows(sgemv, call, base);
        return;
      }
      sgemm(
        ROW_MAJOR,
        call.transposeA ? TRANSPOSE : NO_TRANSPOSE,
        call.transposeB ? TRANSPOSE : NO_TRANSPOSE,
        call.m,
        call.n,
        call.k,
        call.alpha,
        base + call.a,
        call.lda,
        base + call.b,
        call.ldb,
        call.beta,
        base + call.c,
        call.ldc,
      );
    },
  };
}

function isFewRows({ m, n, k, transposeA, transposeB }: GemmCall): boolean {
  return m <= MAX_VECTOR_ROWS && n * k >= MIN_VECTOR_MATRIX && transposeB && !transposeA;
}

/**
 * C = alpha A Bᵀ + beta C for a few rows of A. Bound by reading B, which is therefore read from memory once, part
 * by part, whatever the number of rows.
 */
function multiplyRows(sgemv: Blas, call: GemmCall, base: number): void {
  const { m, n, k, alpha, beta } = call;
  const part = Math.max(1, Math.floor(CACHED_BYTES / (VALUE_BYTES * k)));
  const step = m === 1 ? n : part;
  for (let start = 0; start < n; start += step) {
    const b = base + call.b + start * call.ldb * VALUE_BYTES;
    for (let row = 0; row < m; row++) {
      const a = base + call.a + row * call.lda * VALUE_BYTES;
      const c = base + call.c + (row * call.ldc + start) * VALUE_BYTES;
      sgemv(ROW_MAJOR, NO_TRANSPOSE, Math.min(step, n - start), k, alpha, b, call.ldb, a, 1, beta, c, 1);
    }
  }
}
