import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { checkChannels } from './check-channels';
import type { GradientPart } from './gradient-part';
import { partsOf } from './gradient-part';
import { differentiableByInput, runKernel } from './kernel';
import { kernelNames } from './kernel-names';

/**
 * Convolution of stride 1, zero-padded so that the picture keeps its size.
 *
 * @param x `[B, H, W, I]` float32.
 * @param filter `[k, k, I, O]`, k odd.
 * @param bias `[O]`, optional.
 * @returns `[B, H, W, O]`, owned by the caller.
 * @throws ShapeError when the channels or the bias do not fit, or the filter is not square or k is even.
 */
export function conv2d(x: Tensor4D, filter: Tensor4D, bias?: Tensor1D): Tensor4D {
  const [rows, columns, inputs, outputs] = filter.shape;
  if (x.shape[3] !== inputs || rows !== columns || rows % 2 === 0) {
    throw new ShapeError(
      `conv2d: x [${x.shape.join(', ')}] and filter [${filter.shape.join(', ')}] must share channels, with a square filter of odd size. Pass [B, H, W, I] and [k, k, I, O].`,
    );
  }
  checkChannels('conv2d', outputs, { bias });
  return differentiableByInput(
    bias === undefined ? [x, filter] : [x, filter, bias],
    () =>
      runKernel(kernelNames.conv2d, { x, filter, bias }, {}, () => [
        conv2dReference(x, filter, bias),
      ])[0] as Tensor4D,
    (gradient, [savedX, savedFilter]) =>
      partsOf(bias !== undefined).map(
        (of) => () => conv2dPartGrad(gradient, savedX as Tensor4D, savedFilter as Tensor4D, of),
      ),
  );
}

export function conv2dReference(x: Tensor4D, filter: Tensor4D, bias?: Tensor1D): Tensor4D {
  const product = tf.conv2d(x, filter, 1, 'same');
  return bias === undefined ? product : tf.add(product, bias);
}

/** Gradients of {@link conv2d}: [dx, dFilter] or, with `hasBias`, [dx, dFilter, dBias]. */
export function conv2dGrad(
  gradient: Tensor4D,
  x: Tensor4D,
  filter: Tensor4D,
  { hasBias }: { readonly hasBias: boolean },
): Tensor[] {
  return partsOf(hasBias).map((of) => conv2dPartGrad(gradient, x, filter, of));
}

/** One of the gradients of {@link conv2dGrad}. */
function conv2dPartGrad(gradient: Tensor4D, x: Tensor4D, filter: Tensor4D, of: GradientPart): Tensor {
  return runKernel(kernelNames.conv2dGrad, { gradient, x, filter }, { of }, () => [
    conv2dPartReference(gradient, x, filter, of),
  ])[0]!;
}

export function conv2dGradReference(
  gradient: Tensor4D,
  x: Tensor4D,
  filter: Tensor4D,
  hasBias: boolean,
): Tensor[] {
  return tf.tidy(() => partsOf(hasBias).map((of) => conv2dPartReference(gradient, x, filter, of)));
}

function conv2dPartReference(gradient: Tensor4D, x: Tensor4D, filter: Tensor4D, of: GradientPart): Tensor {
  const rows = (): Tensor2D => tf.reshape(gradient, [-1, filter.shape[3]]); // [BHW, O]
  switch (of) {
    case 'input': {
      const mirrored = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]); // [k, k, O, I]
      return tf.conv2d(gradient, mirrored, 1, 'same');
    }
    case 'weight':
      return filterGradReference(rows(), x, filter.shape);
    case 'bias':
      return tf.sum(rows(), 0);
  }
}

/** tfjs-wasm has no filter gradient, so it is a sum over the k x k taps, each a matrix product. */
function filterGradReference(rows: Tensor2D, x: Tensor4D, shape: Tensor4D['shape']): Tensor {
  const [batch, height, width, channels] = x.shape;
  const [size] = shape;
  const margin = (size - 1) / 2;
  const padded = tf.pad(x, [
    [0, 0],
    [margin, margin],
    [margin, margin],
    [0, 0],
  ]);
  const taps: Tensor2D[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const window = tf.slice(padded, [0, row, column, 0], [batch, height, width, channels]);
      taps.push(tf.matMul(tf.transpose(tf.reshape(window, [-1, channels])), rows)); // [I, O]
    }
  }
  return tf.reshape(tf.stack(taps), shape);
}
