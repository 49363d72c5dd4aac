import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionOptions, NormalizeAndRotateOptions } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import type { NativeContext } from '../native-context';
import { registerNative } from '../native-context';
import type { PackedSizes } from './head-attention';
import { backwardHead, computeWeights, headAddresses, runsOf } from './head-attention';

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

function sizesOf(qkv: TensorInfo, numHeads: number): PackedSizes {
  const [batch, positions, packed] = qkv.shape as [number, number, number];
  return { batch, positions, width: packed / 3, headWidth: packed / 3 / numHeads };
}
