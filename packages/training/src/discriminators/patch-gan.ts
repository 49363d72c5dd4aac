import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { reshape, tidy } from '@tensorflow/tfjs-core';
import { groupNorm, Module, ones, zeros } from '@restok/ops';
import { Convolution } from '../convolution';
import { leakyRelu } from '../leaky-relu';
import { blurMatrix } from '../resampling/axis-matrices';
import { adaptiveMaxPool } from '../resampling/max-pool';
import { mixRowsAndColumns } from '../resampling/mix-axis';
import { Discriminator } from './discriminator';

/** Channels of the published network's first layer. */
const HIDDEN_CHANNELS = 128;
/** Channels of the stages, in units of the first layer's. */
const STAGE_WIDTHS = [1, 2, 4];
const SLOPE = 0.1;
const NORM_GROUPS = 32;
const NORM_EPSILON = 1e-5;
/** Sides of the map of logits. */
const MAP_SIDE = 16;

/** Convolution, blur to half the size, GroupNorm, LeakyReLU. */
class Stage extends Module {
  private readonly convolution;
  private readonly gain;
  private readonly shift;

  constructor(inputs: number, outputs: number) {
    super();
    this.convolution = this.child('0', new Convolution(inputs, outputs, 3));
    this.gain = this.parameter('2.weight', [outputs], ones);
    this.shift = this.parameter('2.bias', [outputs], zeros);
  }

  forward(x: Tensor4D): Tensor4D {
    return tidy(() => {
      const map = this.convolution.forward(x);
      const halved = mixRowsAndColumns(map, blurMatrix(map.shape[1]), blurMatrix(map.shape[2]));
      const normalized = groupNorm(halved, this.gain.as<Tensor1D>(), this.shift.as<Tensor1D>(), {
        groups: NORM_GROUPS,
        epsilon: NORM_EPSILON,
        activation: 'none',
      });
      return leakyRelu(normalized, SLOPE);
    });
  }
}

/**
 * PatchGAN: three stages of convolution and blur, pooled to a map of 16 x 16 logits. It sees pictures as they are,
 * without augmentation.
 *
 * @source Isola et al., arXiv 1611.07004; method.md, appendix A.
 */
export class PatchGan extends Discriminator {
  readonly augments = false;
  private readonly blockIn;
  private readonly stages: Stage[];
  private readonly toHidden;
  private readonly toLogits;

  /** @param hiddenChannels 128 in published models, a multiple of 32. */
  constructor(hiddenChannels = HIDDEN_CHANNELS) {
    super();
    this.blockIn = this.child('block_in.0', new Convolution(3, hiddenChannels, 5));
    let width = hiddenChannels;
    this.stages = STAGE_WIDTHS.map((factor, i) => {
      const stage = new Stage(width, factor * hiddenChannels);
      width = factor * hiddenChannels;
      return this.child(`blocks.${i}`, stage);
    });
    this.toHidden = this.child('to_logits.0', new Convolution(width, width, 1));
    this.toLogits = this.child('to_logits.2', new Convolution(width, 1, 5));
  }

  view(pixels: Tensor4D): Tensor[] {
    return [pixels.clone()];
  }

  logits([pixels]: readonly Tensor[]): Tensor2D {
    return tidy(() => {
      const map = this.logitMap(pixels as Tensor4D);
      return reshape(map, [map.shape[0], MAP_SIDE * MAP_SIDE]);
    });
  }

  /** `[B, 16, 16, 1]`, owned by the caller. */
  logitMap(pixels: Tensor4D): Tensor4D {
    return tidy(() => {
      let map = leakyRelu(this.blockIn.forward(pixels), SLOPE);
      for (const stage of this.stages) {
        map = stage.forward(map);
      }
      const pooled = adaptiveMaxPool(map, MAP_SIDE, MAP_SIDE);
      return this.toLogits.forward(leakyRelu(this.toHidden.forward(pooled), SLOPE));
    });
  }
}
