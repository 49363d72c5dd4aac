import type { Tensor4D } from '@tensorflow/tfjs-core';
import { avgPool, concat, mul, reshape, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';

/**
 * Repeats every pixel 2 x 2 times (nearest-neighbour upsampling).
 *
 * @param x `[B, H, W, C]` float32.
 * @returns `[B, 2H, 2W, C]`, owned by the caller.
 */
export function upsample2x(x: Tensor4D): Tensor4D {
  return differentiable(
    [x],
    () => runKernel(kernelNames.upsample2x, { x }, {}, () => [upsample2xReference(x)])[0] as Tensor4D,
    (gradient) =>
      runKernel(kernelNames.upsample2xGrad, { gradient }, {}, () => [upsample2xGradReference(gradient)]),
  );
}

/** By concatenation, since the gradient of tfjs's own resize is wrong on the CPU backend. */
export function upsample2xReference(x: Tensor4D): Tensor4D {
  return tidy(() => {
    const [batch, height, width, channels] = x.shape;
    const pixels = reshape(x, [batch * height, width, 1, channels]);
    const wide = reshape(concat([pixels, pixels], 2), [batch, height, 1, 2 * width * channels]);
    return reshape(concat([wide, wide], 2), [batch, 2 * height, 2 * width, channels]);
  });
}

/** Gradient of {@link upsample2x}: the sum over each 2 x 2 square. */
export function upsample2xGradReference(gradient: Tensor4D): Tensor4D {
  return tidy(() => mul(avgPool(gradient, 2, 2, 'valid'), 4));
}

/**
 * Mean of every 2 x 2 square.
 *
 * @param x `[B, H, W, C]` float32, H and W even.
 * @returns `[B, H/2, W/2, C]`, owned by the caller.
 * @throws ShapeError when a side is odd.
 */
export function averagePool2x(x: Tensor4D): Tensor4D {
  if (x.shape[1] % 2 !== 0 || x.shape[2] % 2 !== 0) {
    throw new ShapeError(
      `averagePool2x: x must have even sides, got [${x.shape.join(', ')}]. Use a picture size that the model's factor divides.`,
    );
  }
  return differentiable(
    [x],
    () => runKernel(kernelNames.averagePool2x, { x }, {}, () => [averagePool2xReference(x)])[0] as Tensor4D,
    (gradient) =>
      runKernel(kernelNames.averagePool2xGrad, { gradient }, {}, () => [
        averagePool2xGradReference(gradient),
      ]),
  );
}

export function averagePool2xReference(x: Tensor4D): Tensor4D {
  return avgPool(x, 2, 2, 'valid');
}

/** Gradient of {@link averagePool2x}: a quarter to each of the four pixels. */
export function averagePool2xGradReference(gradient: Tensor4D): Tensor4D {
  return tidy(() => mul(upsample2xReference(gradient), 0.25));
}
