/** Where matrix products run. */
export type GemmName = 'blas' | 'ort' | 'wasm';

/** One product C = alpha op(A) op(B) + beta C of row-major float32 matrices in the heap. */
export interface GemmCall {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Rows of C, columns of C, and the shared side. */
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly alpha: number;
  /** Byte addresses and row strides in values. */
  readonly a: number;
  readonly lda: number;
  readonly b: number;
  readonly ldb: number;
  readonly beta: number;
  readonly c: number;
  readonly ldc: number;
}

/** A provider of matrix products on the heap. */
export interface Gemm {
  readonly name: GemmName;
  /** What was loaded, for people to read. */
  readonly library: string;
  readonly threads: number;
  run(call: GemmCall): void;
}
