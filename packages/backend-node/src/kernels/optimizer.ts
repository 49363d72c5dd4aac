import type { AdamWOptions } from '@restok/ops';
import { kernelNames } from '@restok/ops';
import { sizeOf } from '../heap';
import type { NativeContext } from '../native-context';
import { registerNative } from '../native-context';

/** AdamW and moving averages in place, and the squared norm in double precision. */
export function registerOptimizer(context: NativeContext): void {
  const { heap, simd } = context;

  registerNative<AdamWOptions>(kernelNames.adamW, ({ value, mean, variance, gradient }, options) => {
    const { learningRate, beta1, beta2, epsilon, weightDecay, step, gradientScale } = options;
    const addresses = [value!, mean!, variance!, gradient!].map((tensor) => heap.address(tensor));
    simd.adamW(
      ...addresses,
      sizeOf(value!.shape),
      gradientScale,
      beta1,
      beta2,
      1 - learningRate * weightDecay,
      learningRate / (1 - beta1 ** step),
      1 / Math.sqrt(1 - beta2 ** step),
      epsilon,
    );
    return [heap.share(value!), heap.share(mean!), heap.share(variance!)];
  });

  registerNative<{ decay: number }>(kernelNames.movingAverage, ({ average, value }, { decay }) => {
    simd.movingAverage(heap.address(average!), heap.address(value!), sizeOf(value!.shape), 1 - decay);
    return heap.share(average!);
  });

  registerNative(kernelNames.squaredNorm, ({ x }) => {
    const total = heap.allocate([]);
    const sum = simd.squaredNorm(heap.address(x!), sizeOf(x!.shape));
    heap.floats(heap.address(total), 1)[0] = sum;
    return total;
  });
}
