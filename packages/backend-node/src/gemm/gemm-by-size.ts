import type { Gemm, GemmCall } from './gemm';

/** Rows for which ONNX Runtime, which packs neither operand, beats a BLAS on large matrices. */
const FEW_ROWS = { min: 5, max: 48 };
/** Values of a matrix that no longer fits a core's cache; below, the call itself costs more than it saves. */
const LARGE_MATRIX = 2 ** 20;

/**
 * Gives each product to the provider that is fastest for it: few rows times a large transposed matrix, as in a
 * generator's passes, to ONNX Runtime, everything else to the BLAS.
 *
 * Two threads of an AMD EPYC, rows times a 2816 x 1024 matrix, milliseconds of BLAS and of ONNX Runtime: 8 rows 1.22
 * and 0.85, 16 rows 1.64 and 1.05, 32 rows 1.89 and 1.51, 64 rows 2.75 and 2.54. Of an Intel Emerald Rapids: 8 rows
 * 1.18 and 0.90, 16 rows 1.27 and 1.12, 32 rows 1.47 and 1.33, 48 rows 1.58 and 1.62, 64 rows 1.92 and 2.00.
 *
 * @param openOrt called at the first such product; undefined where ONNX Runtime is not installed.
 */
export function gemmBySize(blas: Gemm, openOrt: () => Gemm | undefined): Gemm {
  let ort: Gemm | undefined;
  let isOpened = false;
  return {
    ...blas,
    run(call): void {
      if (suitsOrt(call)) {
        if (!isOpened) {
          ort = openOrt();
          isOpened = true;
        }
        (ort ?? blas).run(call);
      } else {
        blas.run(call);
      }
    },
  };
}

function suitsOrt({ transposeA, transposeB, m, n, k, alpha, beta, lda, ldb, ldc }: GemmCall): boolean {
  const isDense = lda === k && ldb === k && ldc === n;
  return (
    m >= FEW_ROWS.min &&
    m <= FEW_ROWS.max &&
    n * k >= LARGE_MATRIX &&
    !transposeA &&
    transposeB &&
    isDense &&
    alpha === 1 &&
    beta === 0
  );
}
