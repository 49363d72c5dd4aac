import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { Module } from '@restok/ops';
import { Convolution } from '../convolution';
import { leakyRelu } from '../leaky-relu';
import { maxPool2x } from '../resampling/max-pool';

/** Channels of the five slices of the published network. */
export const vgg16Channels: readonly number[] = [64, 128, 256, 512, 512];

/** Sides of the smallest pictures: each slice but the first halves them, and one pixel must be left. */
export const vgg16SmallestSide = 16;

/** Where each convolution stands in the published sequence of layers, by slice. */
export const vgg16Layers: readonly (readonly number[])[] = [
  [0, 2],
  [5, 7],
  [10, 12, 14],
  [17, 19, 21],
  [24, 26, 28],
];

/**
 * The convolutions of VGG16, read out after relu1_2, 2_2, 3_3, 4_3 and 5_3.
 *
 * @source Simonyan and Zisserman, arXiv 1409.1556; method.md, section 8 (LPIPS).
 */
export class Vgg16 extends Module {
  private readonly slices: Convolution[][];

  /** @param channels of each slice, so that a test can use a narrow network. */
  constructor(channels: readonly number[] = vgg16Channels) {
    super();
    let inputs = 3;
    this.slices = vgg16Layers.map((layers, slice) =>
      layers.map((layer) => {
        const convolution = new Convolution(inputs, channels[slice]!, 3);
        inputs = channels[slice]!;
        return this.child(`slice${slice + 1}.${layer}`, convolution);
      }),
    );
  }

  /**
   * @param x `[B, H, W, 3]`, normalised as the weights ask for.
   * @throws ShapeError when a side is shorter than 16 pixels.
   * @returns five maps `[B, H/2^s, W/2^s, C_s]`, finest first, owned by the caller.
   */
  forward(x: Tensor4D): Tensor4D[] {
    if (Math.min(x.shape[1], x.shape[2]) < vgg16SmallestSide) {
      throw new ShapeError(
        `Vgg16: sides must be at least ${vgg16SmallestSide}, got [${x.shape.join(', ')}]. Use larger pictures.`,
      );
    }
    return tidy(() => {
      let map = x;
      return this.slices.map((convolutions, slice) => {
        map = slice === 0 ? map : maxPool2x(map);
        for (const convolution of convolutions) {
          map = leakyRelu(convolution.forward(map), 0);
        }
        return map;
      });
    });
  }
}
