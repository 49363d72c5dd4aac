import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { checkChannels } from './check-channels';
import { differentiable, runKernel } from './kernel';
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
  return differentiable(
    bias === undefined ? [x, filter] : [x, filter, bias],
    () =>
      runKernel(kernelNames.conv2d, { x, filter, bias }, {}, () => [
        conv2dReference(x, filter, bias),
      ])[0] as Tensor4D,
    (gradient, [savedX, savedFilter]) =>
      conv2dGrad(gradient, savedX as Tensor4D, savedFilter as Tensor4D, { hasBias: bias !== undefined }),
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
  attributes: { readonly hasBias: boolean },
): Tensor[] {
  return runKernel(kernelNames.conv2dGrad, { gradient, x, filter }, attributes, () =>
    conv2dGradReference(gradient, x, filter, attributes.hasBias),
  );
}

/** tfjs-wasm has no filter gradient, so it is a sum over the k x k taps, each a matrix product. */
export function conv2dGradReference(
  gradient: Tensor4D,
  x: Tensor4D,
  filter: Tensor4D,
  hasBias: boolean,
): Tensor[] {
  return tf.tidy(() => {
    const [size, , inChannels, outChannels] = filter.shape;
    const [batch, height, width] = x.shape;
    const mirrored = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]); // [k, k, O, I]
    const dx = tf.conv2d(gradient, mirrored, 1, 'same');

    const margin = (size - 1) / 2;
    const padded = tf.pad(x, [
      [0, 0],
      [margin, margin],
      [margin, margin],
      [0, 0],
    ]);
    const rows = tf.reshape(gradient, [-1, outChannels]); // [BHW, O]
    const taps: Tensor2D[] = [];
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const window = tf.slice(padded, [0, row, column, 0], [batch, height, width, inChannels]);
        taps.push(tf.matMul(tf.transpose(tf.reshape(window, [-1, inChannels])), rows)); // [I, O]
      }
    }
    const dFilter = tf.reshape(tf.stack(taps), filter.shape);
    return hasBias ? [dx, dFilter, tf.sum(rows, 0)] : [dx, dFilter];
  });
}
