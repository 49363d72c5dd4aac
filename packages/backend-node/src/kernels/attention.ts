import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionOptions, NormalizeAndRotateOptions } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import type { NativeContext } from '../native-context';
import { registerNative } from '../native-context';

/** Query rows that see the same leading keys. */
export interface Run {
  readonly start: number;
  readonly count: number;
  readonly visible: number;
}

/** Sizes of packed queries, keys and values `[B, T, 3D]`. */
interface PackedSizes {
  readonly batch: number;
  readonly positions: number;
  readonly width: number;
  readonly headWidth: number;
}

const VALUE_BYTES = 4;

/**
 * Attention straight on the packed tensor: each head's queries, keys and values are matrices whose rows lie
 * 3D values apart, so nothing is transposed. Columns that a row does not see get weight zero.
 */
export function registerAttention(context: NativeContext): void {
  const { heap, simd } = context;

  registerNative<NormalizeAndRotateOptions>(kernelNames.normalizeAndRotate, (inputs, options) => {
    const { qkv, queryGain, queryShift, keyGain, keyShift, cos, sin } = inputs;
    const { batch, positions, headWidth } = sizesOf(qkv!, options.numHeads);
    const y = heap.allocate(qkv!.shape);
    const tensors = [qkv!, queryGain!, queryShift!, keyGain!, keyShift!, cos!, sin!, y];
    const addresses = tensors.map((tensor) => heap.address(tensor));
    simd.normalizeAndRotate(...addresses, batch, positions, options.numHeads, headWidth, options.epsilon);
    return y;
  });

  registerNative<NormalizeAndRotateOptions>(kernelNames.normalizeAndRotateGrad, (inputs, options) => {
    const { gradient, qkv, queryGain, keyGain, cos, sin } = inputs;
    const { batch, positions, headWidth } = sizesOf(qkv!, options.numHeads);
    const dQkv = heap.allocate(qkv!.shape);
    const parameterGradients = [0, 1, 2, 3].map(() => heap.allocateZeros([headWidth]));
    const tensors = [gradient!, qkv!, queryGain!, keyGain!, cos!, sin!, dQkv, ...parameterGradients];
    const addresses = tensors.map((tensor) => heap.address(tensor));
    simd.normalizeAndRotateGrad(...addresses, batch, positions, options.numHeads, headWidth, options.epsilon);
    return [dQkv, ...parameterGradients];
  });

  registerNative<AttentionOptions>(kernelNames.attention, ({ qkv }, options) => {
    const sizes = sizesOf(qkv!, options.numHeads);
    const { batch, positions, width, headWidth } = sizes;
    const y = heap.allocate([batch, positions, width]);
    const weights = heap.scratch('attention', positions * positions);
    const runs = runsOf(positions, options.visibleKeys);
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < options.numHeads; h++) {
        const head = headAddresses(heap.address(qkv!), sizes, b, h);
        computeWeights(context, head, weights, sizes, runs);
        const out = heap.address(y) + (b * positions * width + h * headWidth) * VALUE_BYTES;
        context.gemm.run({
          transposeA: false,
          transposeB: false,
          m: positions,
          n: headWidth,
          k: positions,
          alpha: 1,
          a: weights,
          lda: positions,
          b: head.v,
          ldb: 3 * width,
          beta: 0,
          c: out,
          ldc: width,
        });
      }
    }
    return y;
  });

  registerNative<AttentionOptions>(kernelNames.attentionGrad, ({ gradient, qkv }, options) => {
    const sizes = sizesOf(qkv!, options.numHeads);
    const { batch, positions, width, headWidth } = sizes;
    const dQkv = heap.allocate(qkv!.shape);
    const weights = heap.scratch('attention', positions * positions);
    const dWeights = heap.scratch('attentionGrad', positions * positions);
    const runs = runsOf(positions, options.visibleKeys);
    for (let b = 0; b < batch; b++) {
      for (let h = 0; h < options.numHeads; h++) {
        const source = headAddresses(heap.address(qkv!), sizes, b, h);
        const target = headAddresses(heap.address(dQkv), sizes, b, h);
        const dOut = heap.address(gradient!) + (b * positions * width + h * headWidth) * VALUE_BYTES;
        computeWeights(context, source, weights, sizes, runs);
        backwardHead(context, { source, target, dOut, weights, dWeights }, sizes);
      }
    }
    return dQkv;
  });
}

/** softmax(q kᵀ / √Dh) of one head into `weights` `[T, T]`, zero where a row does not see a column. */
function computeWeights(
  { gemm, simd }: NativeContext,
  head: { readonly q: number; readonly k: number },
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

interface HeadAddresses {
  readonly q: number;
  readonly k: number;
  readonly v: number;
}

interface BackwardOperands {
  readonly source: HeadAddresses;
  readonly target: HeadAddresses;
  readonly dOut: number;
  readonly weights: number;
  readonly dWeights: number;
}

/** dv = pᵀ g, dp = g vᵀ, ds = softmax'(dp), dq = ds k, dk = dsᵀ q. */
function backwardHead({ gemm, simd }: NativeContext, operands: BackwardOperands, sizes: PackedSizes): void {
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

function sizesOf(qkv: TensorInfo, numHeads: number): PackedSizes {
  const [batch, positions, packed] = qkv.shape as [number, number, number];
  return { batch, positions, width: packed / 3, headWidth: packed / 3 / numHeads };
}

function headAddresses(
  packed: number,
  { positions, width, headWidth }: PackedSizes,
  sample: number,
  head: number,
): HeadAddresses {
  const q = packed + (sample * positions * 3 * width + head * headWidth) * VALUE_BYTES;
  return { q, k: q + width * VALUE_BYTES, v: q + 2 * width * VALUE_BYTES };
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
