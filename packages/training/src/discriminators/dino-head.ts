import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { add, mul, reshape, tidy } from '@tensorflow/tfjs-core';
import { Module } from '@restok/ops';
import { leakyRelu } from '../leaky-relu';
import { LocalBatchNorm } from './local-batch-norm';
import { SpectralConvolution } from './spectral-convolution';

const SLOPE = 0.2;
/** Taps of the convolution along the tokens. */
const TAPS = 9;

/** Convolution, local batch norm, LeakyReLU. */
class Layer extends Module {
  readonly convolution;
  private readonly norm;

  constructor(channels: number, taps: number) {
    super();
    this.convolution = this.child('0', new SpectralConvolution(channels, channels, taps));
    this.norm = this.child('1', new LocalBatchNorm(channels));
  }

  forward(x: Tensor3D): Tensor3D {
    return tidy(() => leakyRelu(this.norm.forward(this.convolution.forward(x)), SLOPE));
  }
}

/**
 * A light head on one read-out of the frozen ViT: a pointwise layer, a residual layer of nine taps, and a logit for
 * each token.
 *
 * @source Sauer et al., arXiv 2301.09515; method.md, appendix A.
 */
export class DinoHead extends Module {
  private readonly pointwise;
  private readonly residual;
  private readonly toLogits;

  constructor(channels: number) {
    super();
    this.pointwise = this.child('0', new Layer(channels, 1));
    this.residual = this.child('1.fn', new Layer(channels, TAPS));
    this.toLogits = this.child('2', new SpectralConvolution(channels, 1, 1));
  }

  /** Improves the singular values of its convolutions. */
  iterate(): void {
    for (const convolution of [this.pointwise.convolution, this.residual.convolution, this.toLogits]) {
      convolution.iterate();
    }
  }

  /** `[B, T, C]` to `[B, T]` logits, owned by the caller. */
  forward(tokens: Tensor3D): Tensor2D {
    return tidy(() => {
      const x = this.pointwise.forward(tokens);
      const mixed = mul(add(this.residual.forward(x), x), Math.SQRT1_2) as Tensor3D;
      return reshape(this.toLogits.forward(mixed), [x.shape[0], x.shape[1]]);
    });
  }
}
