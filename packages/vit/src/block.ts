import type { Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import { gelu, layerNorm, Module, ones, RecomputableModule, scaledResidual } from '@restok/ops';
import type { SequenceContext } from './attention-layer';
import { AttentionLayer, LinearLayer, NormParameters } from './attention-layer';
import type { Observer } from './observer';

/** ε of every LayerNorm of the model. @source method.md, section 3. */
export const LAYER_NORM_EPSILON = 1e-5;

/** The MLP is this many times as wide as the block. */
const MLP_RATIO = 4;

/** LayerNorm over the last axis with parameters under their published names. */
export class LayerNorm extends NormParameters {
  forward(x: Tensor3D): Tensor3D {
    return layerNorm(x, this.gain.as<Tensor1D>(), this.shift.as<Tensor1D>(), LAYER_NORM_EPSILON);
  }
}

/** D → 4D → D with exact GELU. */
export class Mlp extends Module {
  private readonly widen;
  private readonly narrow;

  constructor(width: number) {
    super();
    this.widen = this.child('fc1', new LinearLayer(width, MLP_RATIO * width));
    this.narrow = this.child('fc2', new LinearLayer(MLP_RATIO * width, width));
  }

  forward(x: Tensor3D): Tensor3D {
    return tidy(() => this.narrow.forward(gelu(this.widen.forward(x))));
  }
}

/**
 * Pre-norm transformer block with layer scale:
 * x = x + γ₁ Attention(LayerNorm(x)), then x = x + γ₂ MLP(LayerNorm(x)).
 *
 * The two halves are separate because the encoder merges image tokens between them.
 *
 * @source method.md, section 3.
 */
export class Block extends RecomputableModule {
  private readonly attentionScale;
  private readonly mlpScale;
  private readonly attentionNorm;
  private readonly attention;
  private readonly mlpNorm;
  private readonly mlp;

  constructor(width: number, numHeads: number) {
    super();
    this.attentionScale = this.parameter('gamma_1', [width], ones);
    this.mlpScale = this.parameter('gamma_2', [width], ones);
    this.attention = this.child('attn', new AttentionLayer(width, numHeads));
    this.mlp = this.child('mlp', new Mlp(width));
    this.attentionNorm = this.child('norm1', new LayerNorm(width));
    this.mlpNorm = this.child('norm2', new LayerNorm(width));
  }

  /** Both halves: `[B, T, D]` to `[B, T, D]`, owned by the caller. */
  forward(x: Tensor3D, sequence: SequenceContext): Tensor3D {
    return tidy(() => this.recompute(x, (input) => this.mix(this.look(input, sequence))));
  }

  /** First half: the attention residual. */
  attend(x: Tensor3D, sequence: SequenceContext): Tensor3D {
    return this.recompute(x, (input) => this.look(input, sequence));
  }

  /** Second half: the MLP residual. */
  feedForward(x: Tensor3D): Tensor3D {
    return this.recompute(x, (input) => this.mix(input));
  }

  private look(x: Tensor3D, sequence: SequenceContext): Tensor3D {
    return tidy(() => {
      const update = this.attention.forward(this.attentionNorm.forward(x), sequence);
      return scaledResidual(x, update, this.attentionScale.as<Tensor1D>());
    });
  }

  private mix(x: Tensor3D): Tensor3D {
    return tidy(() =>
      scaledResidual(x, this.mlp.forward(this.mlpNorm.forward(x)), this.mlpScale.as<Tensor1D>()),
    );
  }

  /** Reports this block's attention weights where the observer asks for them. */
  observeAttention(
    x: Tensor3D,
    sequence: SequenceContext,
    name: string,
    observer: Observer | undefined,
  ): void {
    if (observer?.attention === true) {
      tidy(() =>
        observer.stage(name, this.attention.averageWeights(this.attentionNorm.forward(x), sequence)),
      );
    }
  }

  /** Reports the attention weights of each of this block's heads where the observer asks for them. */
  observeHeads(x: Tensor3D, sequence: SequenceContext, name: string, observer: Observer | undefined): void {
    if (observer?.attentionHeads === true) {
      tidy(() =>
        observer.stage(name, this.attention.weightsOfHeads(this.attentionNorm.forward(x), sequence)),
      );
    }
  }
}
