import { readFileSync } from 'node:fs';
import type { LibraryHandle } from 'koffi';
import koffi from 'koffi';
import { BackendUnavailableError } from '@restok/core';

/** A loaded library that speaks CBLAS. */
export interface BlasLibrary {
  readonly library: LibraryHandle;
  readonly path: string;
  /** The processor whose kernels OpenBLAS runs; undefined for other libraries. */
  readonly core: string | undefined;
}

/** Libraries in the order in which they are tried. */
const CANDIDATES: Readonly<Record<string, readonly string[]>> = {
  linux: [
    'libopenblas.so.0',
    'libopenblas.so',
    'libmkl_rt.so.2',
    'libmkl_rt.so',
    'libblis.so.4',
    'libcblas.so.3',
  ],
  darwin: [
    '/System/Library/Frameworks/Accelerate.framework/Accelerate',
    '/opt/homebrew/opt/openblas/lib/libopenblas.dylib',
    'libopenblas.dylib',
  ],
  win32: ['libopenblas.dll', 'openblas.dll', 'mkl_rt.2.dll'],
};

/** What OpenBLAS falls back to on a processor that is younger than itself. */
const FALLBACK_CORE = 'Prescott';

/** Kernels by what a processor must be able to do for them, best first. */
const CORES: readonly { readonly core: string; readonly flags: readonly string[] }[] = [
  { core: 'SkylakeX', flags: ['avx512f', 'avx512cd', 'avx512bw', 'avx512dq', 'avx512vl'] },
  { core: 'Haswell', flags: ['avx2', 'fma'] },
];

/**
 * Opens the first BLAS of this machine, or the one that RESTOK_BLAS_LIBRARY names.
 *
 * @throws BackendUnavailableError naming what was tried.
 */
export function openBlasLibrary(): BlasLibrary {
  const named = process.env.RESTOK_BLAS_LIBRARY;
  const candidates = named === undefined || named === '' ? (CANDIDATES[process.platform] ?? []) : [named];
  for (const path of candidates) {
    const library = load(path);
    if (library !== undefined) {
      return withKnownProcessor(path, library);
    }
  }
  throw new BackendUnavailableError(
    `blasGemm: no BLAS library was found (tried ${candidates.join(', ')}). Install OpenBLAS, for instance libopenblas0-pthread on Debian.`,
    { candidates },
  );
}

/**
 * Loads an OpenBLAS that does not know this processor once more, with the kernels of the closest one that it knows:
 * Debian 12's has SSE3 kernels alone for an Emerald Rapids, a fifth as fast as its kernels for AVX-512.
 *
 * @param library is closed when another is returned.
 */
export function withKnownProcessor(path: string, library: LibraryHandle): BlasLibrary {
  const core = coreOf(library);
  const better = core === FALLBACK_CORE ? bestCore(processorFlags()) : undefined;
  if (better === undefined || process.env.OPENBLAS_CORETYPE !== undefined) {
    return { library, path, core };
  }
  library.unload();
  // OpenBLAS reads it when it is loaded.
  process.env.OPENBLAS_CORETYPE = better;
  try {
    const again = koffi.load(path);
    return { library: again, path, core: coreOf(again) };
  } finally {
    delete process.env.OPENBLAS_CORETYPE;
  }
}

/** The best kernels of OpenBLAS for a processor, if it can do more than the fallback asks for. */
export function bestCore(flags: ReadonlySet<string>): string | undefined {
  return CORES.find((each) => each.flags.every((flag) => flags.has(flag)))?.core;
}

/** What the processor can do, by Linux's names; empty elsewhere. */
export function processorFlags(): ReadonlySet<string> {
  try {
    const line = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return new Set(line?.[1]?.trim().split(/\s+/));
  } catch {
    return new Set();
  }
}

function load(path: string): LibraryHandle | undefined {
  try {
    const library = koffi.load(path);
    library.func('void cblas_sgemm()');
    return library;
  } catch {
    // Not on this machine: the next one may be.
    return undefined;
  }
}

function coreOf(library: LibraryHandle): string | undefined {
  try {
    return (library.func('const char *openblas_get_corename()') as () => string)();
  } catch {
    return undefined;
  }
}
