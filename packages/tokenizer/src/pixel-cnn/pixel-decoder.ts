import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import { Module, upsample2x } from '@restok/ops';
import type { Observer } from '@restok/vit';
import type { PixelCnnConfig } from './pixel-encoder';
import { Convolution, GroupNorm, ResidualBlock } from './residual-block';

class Resolution extends Module {
  private readonly blocks: ResidualBlock[] = [];
  private readonly upsampleConv;

  constructor(inputs: number, outputs: number, numBlocks: number, options: { readonly upsample: boolean }) {
    super();
    for (let j = 0; j < numBlocks; j++) {
      this.blocks.push(this.child(`block.${j}`, new ResidualBlock(j === 0 ? inputs : outputs, outputs)));
    }
    this.upsampleConv = options.upsample
      ? this.child('upsample_conv', new Convolution(outputs, outputs, 3, { bias: true }))
      : undefined;
  }

  forward(x: Tensor4D): Tensor4D {
    return tidy(() => {
      const refined = this.blocks.reduce((h, block) => block.forward(h), x);
      return this.upsampleConv === undefined ? refined : this.upsampleConv.forward(upsample2x(refined));
    });
  }
}

/**
 * Features to pixels. `up.0` is the finest resolution and runs last.
 *
 * @source MaskGIT, arXiv 2202.04200; method.md, section 2.
 */
export class PixelDecoder extends Module {
  private readonly convIn;
  private readonly mid: ResidualBlock[] = [];
  private readonly up: Resolution[] = [];
  private readonly normOut;
  private readonly convOut;

  constructor(config: PixelCnnConfig) {
    super();
    const { hidden_channels: hidden, channel_mult: multipliers, num_res_blocks: numBlocks } = config;
    const coarsest = hidden * multipliers.at(-1)!;
    this.convIn = this.child('conv_in', new Convolution(config.z_channels, coarsest, 3, { bias: true }));
    for (let j = 0; j < numBlocks; j++) {
      this.mid.push(this.child(`mid.${j}`, new ResidualBlock(coarsest, coarsest)));
    }
    let channels = coarsest;
    for (let i = multipliers.length - 1; i >= 0; i--) {
      const outputs = hidden * multipliers[i]!;
      this.up[i] = this.child(`up.${i}`, new Resolution(channels, outputs, numBlocks, { upsample: i > 0 }));
      channels = outputs;
    }
    this.normOut = this.child('norm_out', new GroupNorm(channels));
    this.convOut = this.child('conv_out', new Convolution(channels, 3, 3, { bias: true }));
  }

  /**
   * @param features `[B, h, w, z_channels]`.
   * @returns `[B, h·f, w·f, 3]`, not clamped; owned by the caller.
   */
  forward(features: Tensor4D, observer?: Observer): Tensor4D {
    return tidy(() => {
      let x = this.convIn.forward(features);
      observer?.stage('pixel_decoder.conv_in', x);
      this.mid.forEach((block, j) => {
        x = block.forward(x);
        observer?.stage(`pixel_decoder.mid.${j}`, x);
      });
      for (let i = this.up.length - 1; i >= 0; i--) {
        x = this.up[i]!.forward(x);
        observer?.stage(`pixel_decoder.up.${i}`, x);
      }
      if (observer !== undefined) {
        observer.stage('pixel_decoder.norm_out', this.normOut.forward(x, 'none'));
      }
      return this.convOut.forward(this.normOut.forward(x, 'silu'));
    });
  }
}
