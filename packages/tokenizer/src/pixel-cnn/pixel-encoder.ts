import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import type { VqModelConfig } from '@restok/core';
import { averagePool2x, Module } from '@restok/ops';
import type { Observer } from '@restok/vit';
import { PointwiseConvolution } from '@restok/vit';
import { Convolution, GroupNorm, ResidualBlock } from './residual-block';

export type PixelCnnConfig = VqModelConfig['pixel_cnn'];

class Resolution extends Module {
  private readonly blocks: ResidualBlock[] = [];

  constructor(inputs: number, outputs: number, numBlocks: number) {
    super();
    for (let j = 0; j < numBlocks; j++) {
      this.blocks.push(this.child(`block.${j}`, new ResidualBlock(j === 0 ? inputs : outputs, outputs)));
    }
  }

  forward(x: Tensor4D): Tensor4D {
    return tidy(() => this.blocks.reduce((h, block) => block.forward(h), x));
  }
}

/**
 * Pixels to features, each resolution half the side of the one before.
 *
 * @source MaskGIT, arXiv 2202.04200; method.md, section 2.
 */
export class PixelEncoder extends Module {
  private readonly convIn;
  private readonly down: Resolution[] = [];
  private readonly mid: ResidualBlock[] = [];
  private readonly normOut;
  private readonly convOut;

  constructor(config: PixelCnnConfig) {
    super();
    const { hidden_channels: hidden, channel_mult: multipliers, num_res_blocks: numBlocks } = config;
    this.convIn = this.child('conv_in', new Convolution(3, hidden, 3, { bias: false }));
    let channels = hidden;
    multipliers.forEach((multiplier, i) => {
      this.down.push(this.child(`down.${i}`, new Resolution(channels, hidden * multiplier, numBlocks)));
      channels = hidden * multiplier;
    });
    for (let j = 0; j < numBlocks; j++) {
      this.mid.push(this.child(`mid.${j}`, new ResidualBlock(channels, channels)));
    }
    this.normOut = this.child('norm_out', new GroupNorm(channels));
    this.convOut = this.child('conv_out', new PointwiseConvolution(channels, config.z_channels));
  }

  /**
   * @param pixels `[B, H, W, 3]`, normalised.
   * @returns `[B, H/f, W/f, z_channels]`, f the downsampling factor; owned by the caller.
   */
  forward(pixels: Tensor4D, observer?: Observer): Tensor4D {
    return tidy(() => {
      let x = this.convIn.forward(pixels);
      observer?.stage('pixel_encoder.conv_in', x);
      this.down.forEach((resolution, i) => {
        x = resolution.forward(x);
        x = i < this.down.length - 1 ? averagePool2x(x) : x;
        observer?.stage(`pixel_encoder.down.${i}`, x);
      });
      this.mid.forEach((block, j) => {
        x = block.forward(x);
        observer?.stage(`pixel_encoder.mid.${j}`, x);
      });
      if (observer !== undefined) {
        observer.stage('pixel_encoder.norm_out', this.normOut.forward(x, 'none'));
      }
      const features = this.convOut.forward(this.normOut.forward(x, 'silu'));
      observer?.stage('pixel_encoder.out', features);
      return features;
    });
  }
}
