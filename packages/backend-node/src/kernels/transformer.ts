import type { DropoutOptions, HeadCounts } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import { sizeOf } from '../heap';
import type { NativeContext } from '../native-context';
import { registerNative } from '../native-context';

/** Largest threshold of a 32-bit hash. */
const MAX_HASH = 2 ** 32 - 1;

/** RMSNorm, SwiGLU, rotation of packed heads and dropout, with their gradients. */
export function registerTransformer(context: NativeContext): void {
  const { heap, simd } = context;

  registerNative<{ epsilon: number }>(kernelNames.rmsNorm, ({ x, gain }, { epsilon }) => {
    const width = x!.shape.at(-1)!;
    const y = heap.allocate(x!.shape);
    const addresses = [x!, gain!, y].map((tensor) => heap.address(tensor));
    simd.rmsNorm(...addresses, sizeOf(x!.shape) / width, width, epsilon);
    return y;
  });

  registerNative<{ epsilon: number }>(kernelNames.rmsNormGrad, ({ gradient, x, gain }, { epsilon }) => {
    const width = x!.shape.at(-1)!;
    const dx = heap.allocate(x!.shape);
    const dGain = heap.allocateZeros([width]);
    const addresses = [gradient!, x!, gain!, dx, dGain].map((tensor) => heap.address(tensor));
    simd.rmsNormGrad(...addresses, sizeOf(x!.shape) / width, width, epsilon);
    return [dx, dGain];
  });

  registerNative(kernelNames.swiGlu, ({ gate, value }) => {
    const y = heap.allocate(gate!.shape);
    const addresses = [gate!, value!, y].map((tensor) => heap.address(tensor));
    simd.swiGlu(...addresses, sizeOf(gate!.shape));
    return y;
  });

  registerNative(kernelNames.swiGluGrad, ({ gradient, gate, value }) => {
    const dGate = heap.allocate(gate!.shape);
    const dValue = heap.allocate(gate!.shape);
    const addresses = [gradient!, gate!, value!, dGate, dValue].map((tensor) => heap.address(tensor));
    simd.swiGluGrad(...addresses, sizeOf(gate!.shape));
    return [dGate, dValue];
  });

  registerNative<HeadCounts & { inverse: boolean }>(kernelNames.rotateHeads, ({ qkv, cos, sin }, options) => {
    const { numHeads, numKeyHeads, inverse } = options;
    const [batch, positions, width] = qkv!.shape as [number, number, number];
    const y = heap.allocate(qkv!.shape);
    const addresses = [qkv!, cos!, sin!, y].map((tensor) => heap.address(tensor));
    const turning = numHeads + numKeyHeads;
    const headWidth = width / (turning + numKeyHeads);
    simd.rotateHeads(...addresses, batch, positions, width, turning, headWidth, inverse ? -1 : 1);
    return y;
  });

  registerNative<Required<DropoutOptions>>(kernelNames.dropout, ({ x }, { rate, seed, groupSize }) => {
    const y = heap.allocate(x!.shape);
    const threshold = Math.min(Math.round(rate * 2 ** 32), MAX_HASH);
    const [from, to] = [heap.address(x!), heap.address(y)];
    simd.dropout(from, to, sizeOf(x!.shape), groupSize, seed, threshold, 1 / (1 - rate));
    return y;
  });
}
