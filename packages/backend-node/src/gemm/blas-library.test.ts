import koffi from 'koffi';
import { afterEach, describe, expect, it } from 'vitest';
import { bestCore, processorFlags, withKnownProcessor } from './blas-library';

const OPENBLAS = 'libopenblas.so.0';

/** OpenBLAS as it is on a processor that it does not know. */
function loadFallback(): ReturnType<typeof koffi.load> | undefined {
  process.env.OPENBLAS_CORETYPE = 'Prescott';
  try {
    return koffi.load(OPENBLAS);
  } catch {
    return undefined;
  } finally {
    delete process.env.OPENBLAS_CORETYPE;
  }
}

afterEach(() => {
  delete process.env.OPENBLAS_CORETYPE;
});

describe('bestCore', () => {
  const avx2 = ['sse2', 'avx', 'avx2', 'fma'];
  const avx512 = [...avx2, 'avx512f', 'avx512cd', 'avx512bw', 'avx512dq', 'avx512vl'];
  it.each<[string, readonly string[], string | undefined]>([
    ['AVX-512', avx512, 'SkylakeX'],
    ['half of AVX-512', avx512.slice(0, -2), 'Haswell'],
    ['AVX2', avx2, 'Haswell'],
    ['AVX', avx2.slice(0, 2), undefined],
    ['unknown flags', [], undefined],
  ])('takes the kernels that a processor with %s can run', (_, flags, expected) => {
    expect(bestCore(new Set(flags))).toBe(expected);
  });
});

describe('withKnownProcessor', () => {
  const fallback = loadFallback();
  const best = bestCore(processorFlags());
  fallback?.unload();

  it.skipIf(fallback === undefined || best === undefined)(
    'loads an OpenBLAS that fell back to its oldest kernels again, with those of this processor (where there is one that does)',
    () => {
      const { core, library } = withKnownProcessor(OPENBLAS, loadFallback()!);
      expect(core).toBe(best);
      expect(process.env.OPENBLAS_CORETYPE).toBeUndefined();
      library.unload();
    },
  );

  it.skipIf(fallback === undefined)(
    'keeps kernels that OPENBLAS_CORETYPE names (where OpenBLAS is installed)',
    () => {
      process.env.OPENBLAS_CORETYPE = 'Prescott';
      const loaded = koffi.load(OPENBLAS);
      expect(withKnownProcessor(OPENBLAS, loaded)).toEqual({
        library: loaded,
        path: OPENBLAS,
        core: 'Prescott',
      });
      loaded.unload();
    },
  );
});
