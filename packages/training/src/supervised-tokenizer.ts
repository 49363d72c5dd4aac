import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { mean, tidy } from '@tensorflow/tfjs-core';
import type { TokenizerConfigInput } from '@restok/core';
import { linear, Module, weight } from '@restok/ops';
import type { ResTokOptions } from '@restok/tokenizer';
import { ResTok, tokenizerArchitecture } from '@restok/tokenizer';

/** Projects tokens to the width of a foundation model, without bias: a 1x1 convolution in published files. */
class FeatureProjection extends Module {
  private readonly weight;

  constructor(width: number, featureWidth: number) {
    super();
    this.weight = this.parameter('weight', [featureWidth, width, 1, 1], weight, 'pointwise');
  }

  forward<X extends Tensor2D | Tensor3D>(tokens: X): X {
    return linear(tokens, this.weight.as<Tensor2D>());
  }
}

/** How a tokenizer is built for training. */
export interface SupervisedTokenizerOptions extends Omit<ResTokOptions, 'featureStream'> {
  /** F of the features that it is aligned with; without it there is no alignment. */
  readonly featureWidth?: number;
}

/**
 * A tokenizer with what only training with feature alignment needs: the decoder's second stream and the projections
 * of both streams, under their published names. Its weights load into a plain `ResTok`, which passes these over.
 *
 * @source method.md, appendix B.
 */
export class SupervisedTokenizer extends ResTok {
  private readonly encoderProjection: FeatureProjection | undefined;
  private readonly decoderProjection: FeatureProjection | undefined;

  constructor(config: TokenizerConfigInput, options: SupervisedTokenizerOptions = {}) {
    const { seed, initialization, featureWidth } = options;
    const flags = config.model.vq_model;
    const isAligned = featureWidth !== undefined;
    super(config, { featureStream: isAligned && flags.decoder_feature_supervision === true });
    const { encoder, decoder } = this.widths;
    this.encoderProjection =
      isAligned && flags.encoder_feature_supervision === true
        ? this.child('vf_proj', new FeatureProjection(encoder, featureWidth))
        : undefined;
    this.decoderProjection =
      isAligned && flags.decoder_feature_supervision === true
        ? this.child('vf_proj_dec', new FeatureProjection(decoder, featureWidth))
        : undefined;
    if (seed !== undefined) {
      this.initialize(seed, initialization);
    }
  }

  /** Whether the decoder runs its second stream. */
  get hasFeatureStream(): boolean {
    return this.decoderProjection !== undefined;
  }

  /**
   * The mean of coarsest image tokens as a class feature.
   *
   * @param imageTokens `[B, P, D]`.
   * @returns `[B, F]`, owned by the caller; undefined without supervision of the encoder.
   */
  classFeatureOf(imageTokens: Tensor3D): Tensor2D | undefined {
    const projection = this.encoderProjection;
    return projection === undefined
      ? undefined
      : tidy(() => projection.forward(mean(imageTokens, 1) as Tensor2D));
  }

  /**
   * The decoder's second stream as patch features.
   *
   * @param featureStream `[B, P, D]`.
   * @returns `[B, P, F]`, owned by the caller; undefined without supervision of the decoder.
   */
  patchFeaturesOf(featureStream: Tensor3D): Tensor3D | undefined {
    return this.decoderProjection?.forward(featureStream);
  }

  private get widths(): { readonly encoder: number; readonly decoder: number } {
    const { encoder, decoder } = tokenizerArchitecture(this.config);
    return { encoder: encoder.width, decoder: decoder.width };
  }
}
