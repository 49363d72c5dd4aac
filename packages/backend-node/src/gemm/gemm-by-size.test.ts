import { describe, expect, it } from 'vitest';
import type { Gemm, GemmCall } from './gemm';
import { gemmBySize } from './gemm-by-size';

const CALL: GemmCall = {
  transposeA: false,
  transposeB: true,
  m: 16,
  n: 1024,
  k: 1024,
  alpha: 1,
  beta: 0,
  a: 0,
  lda: 1024,
  b: 0,
  ldb: 1024,
  c: 0,
  ldc: 1024,
};

function recorder(name: 'blas' | 'ort', calls: string[]): Gemm {
  return { name, library: name, threads: 2, run: () => void calls.push(name) };
}

describe('gemmBySize', () => {
  it.each<[string, Partial<GemmCall>, 'blas' | 'ort']>([
    ['few rows times a large transposed matrix', {}, 'ort'],
    ['four rows', { m: 4 }, 'blas'],
    ['many rows', { m: 49 }, 'blas'],
    ['a small matrix', { n: 1023, ldc: 1023 }, 'blas'],
    ['a matrix as it is', { transposeB: false }, 'blas'],
    ['a sum onto what is there', { beta: 1 }, 'blas'],
    ['rows apart from each other', { lda: 2048 }, 'blas'],
  ])('gives %s to the provider that is fastest', (_, change, expected) => {
    const calls: string[] = [];
    gemmBySize(recorder('blas', calls), () => recorder('ort', calls)).run({ ...CALL, ...change });
    expect(calls).toEqual([expected]);
  });

  it('opens ONNX Runtime once, and only for a product that suits it', () => {
    const calls: string[] = [];
    let opened = 0;
    const gemm = gemmBySize(recorder('blas', calls), () => {
      opened += 1;
      return undefined;
    });
    gemm.run({ ...CALL, m: 1 });
    expect(opened).toBe(0);
    gemm.run(CALL);
    gemm.run(CALL);
    expect([opened, calls]).toEqual([1, ['blas', 'blas', 'blas']]);
  });

  it('reports the BLAS as its name', () => {
    expect(gemmBySize(recorder('blas', []), () => undefined)).toMatchObject({ name: 'blas', threads: 2 });
  });
});
