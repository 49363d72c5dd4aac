import type { NativeContext } from '../native-context';

/** Query rows that see the same leading keys. */
export interface Run {
  readonly start: number;
  readonly count: number;
  readonly visible: number;
}

/** Sizes of packed queries, keys and values `[B, T, 3D]`. */
export interface PackedSizes {
  readonly batch: number;
  readonly positions: number;
  readonly width: number;
  readonly headWidth: number;
}

/** Where the queries, keys and values of a head begin. */
export interface HeadAddresses {
  readonly q: number;
  readonly k: number;
  readonly v: number;
}

const VALUE_BYTES = 4;

/** Addresses of a head of a sample in packed queries, keys and values. */
export function headAddresses(
  packed: number,
  { positions, width, headWidth }: PackedSizes,
  sample: number,
  head: number,
): HeadAddresses {
  const q = packed + (sample * positions * 3 * width + head * headWidth) * VALUE_BYTES;
  return { q, k: q + width * VALUE_BYTES, v: q + 2 * width * VALUE_BYTES };
}

/** softmax(q kᵀ / √Dh) of one head into `weights` `[T, T]`, zero where a row does not see a column. */
export function computeWeights(
  { gemm, simd }: NativeContext,
  head: HeadAddresses,
  weights: number,
  { positions, width, headWidth }: PackedSizes,
  runs: readonly Run[],
): void {
  gemm.run({
    transposeA: false,
    transposeB: true,
    m: positions,
    n: positions,
    k: headWidth,
    alpha: 1 / Math.sqrt(headWidth),
    a: head.q,
    lda: 3 * width,
    b: head.k,
    ldb: 3 * width,
    beta: 0,
    c: weights,
    ldc: positions,
  });
  for (const run of runs) {
    simd.softmaxRows(weights + run.start * positions * VALUE_BYTES, run.count, positions, run.visible);
  }
}

/** What the gradient of a head is computed from, and where it goes. */
export interface BackwardOperands {
  readonly source: HeadAddresses;
  readonly target: HeadAddresses;
  readonly dOut: number;
  readonly weights: number;
  readonly dWeights: number;
}

/** dv = pᵀ g, dp = g vᵀ, ds = softmax'(dp), dq = ds k, dk = dsᵀ q. */
export function backwardHead(
  { gemm, simd }: NativeContext,
  operands: BackwardOperands,
  sizes: PackedSizes,
): void {
  const { source, target, dOut, weights, dWeights } = operands;
  const { positions, width, headWidth } = sizes;
  const packed = 3 * width;
  // Written out for each product: some thousand of them a step, and spread objects would cost microseconds each.
  const toHead = (transposeA: boolean, a: number, b: number, ldb: number, c: number): void =>
    gemm.run({
      transposeA,
      transposeB: false,
      m: positions,
      n: headWidth,
      k: positions,
      alpha: 1,
      a,
      lda: positions,
      b,
      ldb,
      beta: 0,
      c,
      ldc: packed,
    });
  toHead(true, weights, dOut, width, target.v);
  gemm.run({
    transposeA: false,
    transposeB: true,
    m: positions,
    n: positions,
    k: headWidth,
    alpha: 1,
    a: dOut,
    lda: width,
    b: source.v,
    ldb: packed,
    beta: 0,
    c: dWeights,
    ldc: positions,
  });
  simd.softmaxRowsGrad(weights, dWeights, positions, positions, 1 / Math.sqrt(headWidth));
  toHead(false, dWeights, source.k, packed, target.q);
  toHead(true, dWeights, source.q, packed, target.k);
}

/** Splits the rows where the number of visible keys changes. */
export function runsOf(positions: number, visibleKeys: readonly number[] | undefined): Run[] {
  if (visibleKeys === undefined) {
    return [{ start: 0, count: positions, visible: positions }];
  }
  const runs: Run[] = [];
  for (let start = 0; start < positions;) {
    let end = start + 1;
    while (end < positions && visibleKeys[end] === visibleKeys[start]) {
      end += 1;
    }
    runs.push({ start, count: end - start, visible: visibleKeys[start]! });
    start = end;
  }
  return runs;
}
