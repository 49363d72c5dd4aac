import * as tf from '@tensorflow/tfjs-core';
import { averagePool2x, conv2d, groupNorm, kernelNames, upsample2x } from '@restok/ops';
import type { EmitterCase, EmitterCases } from './emitter-case';
import { on, random } from './emitter-case';

/** A case on pictures `[2, 7, 6, 4]`. */
function onPictures(run: (x: tf.Tensor4D) => tf.Tensor, about?: string): EmitterCase {
  return on([2, 7, 6, 4], (x) => run(x as tf.Tensor4D), about);
}

const filter = (): tf.Tensor4D => random<tf.Rank.R4>(3, 3, 4, 5);
const byChannel = (multiplier: number): tf.Tensor4D => random<tf.Rank.R4>(3, 3, 4, multiplier);

function normalized(groups: number, activation: 'none' | 'silu', about?: string): EmitterCase {
  return on(
    [2, 4, 3, 8],
    (x) => groupNorm(x as tf.Tensor4D, random(8), random(8), { groups, epsilon: 1e-6, activation }),
    about,
  );
}

/** Every way of placing the pixels of a larger or smaller picture. */
function resizings(
  resize: (x: tf.Tensor4D, size: [number, number], align: boolean, half: boolean) => tf.Tensor,
): EmitterCase[] {
  const sizes: [number, number][] = [[14, 12], [3, 5]]; // prettier-ignore
  const places = {
    'corners apart': [false, false],
    'corners aligned': [true, false],
    'half pixels': [false, true],
  } as const;
  return sizes.flatMap((size) =>
    Object.entries(places).map(([about, [align, half]]) =>
      onPictures((x) => resize(x, size, align, half), `${about}, to ${size.join(' x ')}`),
    ),
  );
}

/** Cases of kernels on pictures. */
export const pictureCases: EmitterCases = {
  AvgPool: [
    onPictures((x) => tf.avgPool(x, 2, 2, 'valid')),
    onPictures((x) => tf.avgPool(x, 3, 2, 'same'), 'past the edge'),
  ],
  Conv2D: [
    onPictures((x) => tf.conv2d(x, filter(), 2, 'same')),
    onPictures((x) => tf.conv2d(x, filter(), 1, 'valid', 'NHWC', 2), 'with gaps'),
  ],
  DepthwiseConv2dNative: [
    onPictures((x) => tf.depthwiseConv2d(x, byChannel(1), 1, 'same')),
    onPictures((x) => tf.depthwiseConv2d(x, byChannel(2), 2, 'valid'), 'with two filters a channel'),
  ],
  FusedBatchNorm: [
    onPictures((x) => tf.batchNorm(x, random(4), tf.abs(random(4)), random(4), random(4), 1e-3)),
    onPictures((x) => tf.batchNorm(x, random(4), tf.abs(random(4))), 'without gain and shift'),
  ],
  FusedConv2D: (['linear', 'relu', 'elu', 'sigmoid'] as const).map((activation) =>
    onPictures(
      (x) => tf.fused.conv2d({ x, filter: filter(), strides: 1, pad: 'same', bias: random(5), activation }),
      activation,
    ),
  ),
  MaxPool: [
    onPictures((x) => tf.maxPool(x, 2, 2, 'valid')),
    onPictures((x) => tf.maxPool(x, 3, 2, 'same'), 'past the edge'),
  ],
  ResizeBilinear: resizings((x, size, align, half) => tf.image.resizeBilinear(x, size, align, half)),
  ResizeNearestNeighbor: resizings((x, size, align, half) =>
    tf.image.resizeNearestNeighbor(x, size, align, half),
  ),
  [kernelNames.averagePool2x]: [on([2, 4, 6, 3], (x) => averagePool2x(x as tf.Tensor4D))],
  [kernelNames.conv2d]: [
    onPictures((x) => conv2d(x, filter(), random(5))),
    onPictures((x) => conv2d(x, random<tf.Rank.R4>(1, 1, 4, 3)), 'of one pixel, without bias'),
  ],
  [kernelNames.groupNorm]: [
    normalized(2, 'none'),
    normalized(8, 'none', 'by channel'),
    normalized(4, 'silu', 'and SiLU'),
  ],
  [kernelNames.upsample2x]: [on([2, 2, 3, 4], (x) => upsample2x(x as tf.Tensor4D))],
};
