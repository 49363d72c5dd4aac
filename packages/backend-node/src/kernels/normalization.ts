import type { GroupNormOptions } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import { sizeOf } from '../heap';
import type { NativeContext } from '../native-context';
import { registerNative } from '../native-context';

/** Values of scratch that the group norm kernels need per channel. */
const GROUP_NORM_SCRATCH = 11;

/** LayerNorm, GELU, GroupNorm with SiLU, and their gradients. */
export function registerNormalization(context: NativeContext): void {
  const { heap, simd } = context;

  registerNative<{ epsilon: number }>(kernelNames.layerNorm, ({ x, gain, shift }, { epsilon }) => {
    const width = x!.shape.at(-1)!;
    const y = heap.allocate(x!.shape);
    const rows = sizeOf(x!.shape) / width;
    simd.layerNorm(
      heap.address(x!),
      heap.address(gain!),
      heap.address(shift!),
      heap.address(y),
      rows,
      width,
      epsilon,
    );
    return y;
  });

  registerNative<{ epsilon: number }>(kernelNames.layerNormGrad, ({ gradient, x, gain }, { epsilon }) => {
    const width = x!.shape.at(-1)!;
    const dx = heap.allocate(x!.shape);
    const dGain = heap.allocateZeros([width]);
    const dShift = heap.allocateZeros([width]);
    const [g, source, scale] = [gradient!, x!, gain!].map((tensor) => heap.address(tensor));
    const targets = [dx, dGain, dShift].map((tensor) => heap.address(tensor));
    simd.layerNormGrad(g!, source!, scale!, ...targets, sizeOf(x!.shape) / width, width, epsilon);
    return [dx, dGain, dShift];
  });

  registerNative(kernelNames.gelu, ({ x }) => {
    const y = heap.allocate(x!.shape);
    simd.gelu(heap.address(x!), heap.address(y), sizeOf(x!.shape));
    return y;
  });

  registerNative(kernelNames.geluGrad, ({ gradient, x }) => {
    const dx = heap.allocate(x!.shape);
    simd.geluGrad(heap.address(gradient!), heap.address(x!), heap.address(dx), sizeOf(x!.shape));
    return dx;
  });

  registerNative<GroupNormOptions>(kernelNames.groupNorm, ({ x, gain, shift }, options) => {
    const [batch, height, width, channels] = x!.shape as [number, number, number, number];
    const y = heap.allocate(x!.shape);
    const scratch = heap.scratch('groupNorm', GROUP_NORM_SCRATCH * channels);
    simd.groupNorm(
      heap.address(x!),
      heap.address(gain!),
      heap.address(shift!),
      heap.address(y),
      batch,
      height * width,
      channels,
      options.groups,
      options.epsilon,
      options.activation === 'silu' ? 1 : 0,
      scratch,
    );
    return y;
  });

  registerNative<GroupNormOptions>(kernelNames.groupNormGrad, ({ gradient, x, gain, shift }, options) => {
    const [batch, height, width, channels] = x!.shape as [number, number, number, number];
    const dx = heap.allocate(x!.shape);
    const dGain = heap.allocateZeros([channels]);
    const dShift = heap.allocateZeros([channels]);
    const scratch = heap.scratch('groupNorm', GROUP_NORM_SCRATCH * channels);
    const addresses = [gradient!, x!, gain!, shift!, dx, dGain, dShift].map((tensor) => heap.address(tensor));
    simd.groupNormGrad(
      ...addresses,
      batch,
      height * width,
      channels,
      options.groups,
      options.epsilon,
      options.activation === 'silu' ? 1 : 0,
      scratch,
    );
    return [dx, dGain, dShift];
  });
}
