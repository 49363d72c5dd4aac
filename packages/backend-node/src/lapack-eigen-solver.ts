import type { LibraryHandle } from 'koffi';
import { openBlasLibrary } from './gemm/blas-library';
import { onOneThread } from './gemm/blas-threads';

/** Eigenvalues of symmetric matrices by a library of this machine. */
export interface LapackEigenSolver {
  /** The function and the library, for people. */
  readonly name: string;
  /**
   * @param matrix `[size, size]`, of which the lower triangle is read; it stays as it is.
   * @returns `[size]`, ascending.
   * @throws RangeError when the matrix is not finite, or its eigenvalues do not settle.
   */
  eigenvalues(matrix: Float64Array, size: number): Float64Array;
}

/** Eigenvalues alone, without vectors. */
const VALUES_ONLY = 'N';
/** LAPACK counts columns first, so a lower triangle that is stored row by row is its upper one. */
const LOWER_BY_ROWS = 'U';

/** Matrix and workspaces are read and written in place; the last two are lengths of texts, as Fortran passes them. */
const PROTOTYPE =
  'void dsyevd_(const char *jobz, const char *uplo, int *n, double *a, int *lda, double *w, double *work, int *lwork, int *iwork, int *liwork, int *info, size_t jobzLength, size_t uploLength)';

type Dsyevd = (
  jobz: string,
  uplo: string,
  n: Int32Array,
  a: Float64Array,
  lda: Int32Array,
  w: Float64Array,
  work: Float64Array,
  lwork: Int32Array,
  iwork: Int32Array,
  liwork: Int32Array,
  info: Int32Array,
  jobzLength: number,
  uploLength: number,
) => void;

/**
 * `dsyevd` of LAPACK in the library that multiplies matrices, on one thread, so that the digits do not depend on how
 * many there are. OpenBLAS, MKL and Accelerate have it, BLIS and the reference CBLAS do not.
 *
 * @returns undefined where there is no such library, or it has no LAPACK.
 */
export function lapackEigenSolver(): LapackEigenSolver | undefined {
  let library: LibraryHandle;
  let path: string;
  let dsyevd: Dsyevd;
  try {
    ({ library, path } = openBlasLibrary());
    dsyevd = library.func(PROTOTYPE) as Dsyevd;
  } catch {
    return undefined;
  }
  return {
    name: `LAPACK dsyevd (${path})`,
    eigenvalues: (matrix, size) => onOneThread(library, () => solve(dsyevd, matrix, size)),
  };
}

function solve(dsyevd: Dsyevd, matrix: Float64Array, size: number): Float64Array {
  // LAPACK promises nothing for NaN.
  if (!matrix.every(Number.isFinite)) {
    throw new RangeError('eigenvalues: matrix must be finite, got NaN or infinity. Check the features.');
  }
  const values = new Float64Array(size);
  if (size === 0) {
    return values;
  }
  const a = matrix.slice();
  const n = Int32Array.of(size);
  const run = (work: Float64Array, iwork: Int32Array, [lwork, liwork]: readonly [number, number]): number => {
    const info = new Int32Array(1);
    const [sizeOfWork, sizeOfIwork] = [Int32Array.of(lwork), Int32Array.of(liwork)];
    dsyevd(VALUES_ONLY, LOWER_BY_ROWS, n, a, n, values, work, sizeOfWork, iwork, sizeOfIwork, info, 1, 1);
    return info[0]!;
  };
  // Asked with -1 it says how much room it works best with.
  const [wanted, wantedWhole] = [new Float64Array(1), new Int32Array(1)];
  run(wanted, wantedWhole, [-1, -1]);
  const [lwork, liwork] = [wanted[0]!, wantedWhole[0]!];
  const info = run(new Float64Array(lwork), new Int32Array(liwork), [lwork, liwork]);
  if (info !== 0) {
    throw new RangeError(
      `eigenvalues: eigenvalues of the matrix must settle, got ${info} from dsyevd. Check the features.`,
    );
  }
  return values;
}
