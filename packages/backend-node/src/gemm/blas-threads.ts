import type { LibraryHandle } from 'koffi';
import type { GemmCall } from './gemm';

/** Functions that set the number of threads and those that tell it, of OpenBLAS, MKL and BLIS. */
const THREAD_FUNCTIONS = [
  { setter: 'openblas_set_num_threads', getter: 'openblas_get_num_threads' },
  { setter: 'MKL_Set_Num_Threads', getter: 'MKL_Get_Max_Threads' },
  { setter: 'bli_thread_set_num_threads', getter: 'bli_thread_get_num_threads' },
] as const;

/**
 * Multiplications up to which a product is quicker on one thread, unless it has few rows. With SkylakeX kernels of
 * OpenBLAS, one and two threads, in microseconds: 64 x 128 x 64 11 and 17, 96 x 96 x 64 11 and 22, 128 x 128 x 64 19 and
 * 29, 256 x 256 x 64 65 and 56.
 */
const SMALL_PRODUCT = 2 ** 20;
/** Up to so many rows most of the time goes into packing the matrix, which threads share: 8 x 256 x 256 34 and 26. */
const FEW_ROWS = 16;

/** How many threads a product gets, of those that there are. */
export function threadsFor({ m, n, k }: Pick<GemmCall, 'm' | 'n' | 'k'>, threads: number): number {
  return m > FEW_ROWS && m * n * k <= SMALL_PRODUCT ? 1 : threads;
}

/** A function that sets the threads of the products that follow; changing them takes OpenBLAS 0.06 microseconds. */
export function threadSetter(library: LibraryHandle): (threads: number) => void {
  const set = setterOf(library);
  let current: number | undefined;
  return (threads) => {
    if (threads !== current) {
      current = threads;
      set?.(threads);
    }
  };
}

/** The first function that `find` gets of the library for an entry of the list. */
function foundIn<Found>(find: (names: (typeof THREAD_FUNCTIONS)[number]) => Found): Found | undefined {
  for (const names of THREAD_FUNCTIONS) {
    try {
      return find(names);
    } catch {
      // This library calls it something else, or has no such setting (Accelerate).
    }
  }
  return undefined;
}

function setterOf(library: LibraryHandle): ((threads: number) => void) | undefined {
  return foundIn(({ setter }) => library.func(`void ${setter}(int threads)`) as (threads: number) => void);
}

/** Runs something on one thread of a library, and gives it its threads back; a library without such settings just runs. */
export function onOneThread<Result>(library: LibraryHandle, run: () => Result): Result {
  const functions = foundIn(({ setter, getter }) => ({
    get: library.func(`int ${getter}()`) as () => number,
    set: library.func(`void ${setter}(int threads)`) as (threads: number) => void,
  }));
  if (functions === undefined) {
    return run();
  }
  const { get, set } = functions;
  const before = get();
  set(1);
  try {
    return run();
  } finally {
    set(before);
  }
}
