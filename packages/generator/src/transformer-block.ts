import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { add, tidy } from '@tensorflow/tfjs-core';
import type { HeadCounts, RotationTable } from '@restok/ops';
import { linear, Module, ones, RecomputableModule, rmsNorm, rotateHeads, swiGlu, weight } from '@restok/ops';

export interface BlockSizes extends HeadCounts {
  readonly width: number;
  readonly headWidth: number;
  readonly feedForwardWidth: number;
  readonly normEpsilon: number;
}

/** What a block needs to know about the sequence. */
export interface BlockContext {
  /** Angles of the positions at hand. */
  readonly rotation: RotationTable;
  /** Attention of a layer on rotated queries, keys and values `[B, T, (H + 2K) Dh]`: `[B, T, D]`. */
  readonly attend: (layer: number, qkv: Tensor3D) => Tensor3D;
  /** What training drops of the two updates of a layer. */
  readonly dropouts?: {
    attention(update: Tensor3D, layer: number): Tensor3D;
    feedForward(update: Tensor3D, layer: number): Tensor3D;
    /** A function that drops the same whenever it is called. */
    repeatable<X, Y>(run: (x: X) => Y): (x: X) => Y;
  };
}

/** A linear layer without bias (`wo.weight`). */
export class BiasFreeLinear extends Module {
  private readonly weight;

  constructor(inputs: number, outputs: number, initializer = weight) {
    super();
    this.weight = this.parameter('weight', [outputs, inputs], initializer);
  }

  forward(x: Tensor3D): Tensor3D {
    return linear(x, this.weight.as<Tensor2D>());
  }
}

/** RMSNorm over the last axis (`norm.weight`). */
export class RmsNorm extends Module {
  private readonly gain;

  constructor(
    width: number,
    private readonly epsilon: number,
  ) {
    super();
    this.gain = this.parameter('weight', [width], ones);
  }

  forward(x: Tensor3D): Tensor3D {
    return rmsNorm(x, this.gain.as<Tensor1D>(), this.epsilon);
  }
}

/** Fused queries, keys and values; rotation; attention; projection. */
class AttentionLayer extends Module {
  private readonly qkv;
  private readonly projection;

  constructor(private readonly sizes: BlockSizes) {
    super();
    const { width, headWidth, numHeads, numKeyHeads } = sizes;
    this.qkv = this.child('wqkv', new BiasFreeLinear(width, (numHeads + 2 * numKeyHeads) * headWidth));
    this.projection = this.child('wo', new BiasFreeLinear(width, width));
  }

  forward(x: Tensor3D, layer: number, { rotation, attend }: BlockContext): Tensor3D {
    const rotated = rotateHeads(this.qkv.forward(x), rotation, this.sizes);
    return this.projection.forward(attend(layer, rotated));
  }
}

/** SwiGLU: w2(silu(w1 x) · w3 x). */
class FeedForward extends Module {
  private readonly gate;
  private readonly widen;
  private readonly narrow;

  constructor({ width, feedForwardWidth }: BlockSizes) {
    super();
    this.gate = this.child('w1', new BiasFreeLinear(width, feedForwardWidth));
    this.widen = this.child('w3', new BiasFreeLinear(width, feedForwardWidth));
    this.narrow = this.child('w2', new BiasFreeLinear(feedForwardWidth, width));
  }

  forward(x: Tensor3D): Tensor3D {
    return this.narrow.forward(swiGlu(this.gate.forward(x), this.widen.forward(x)));
  }
}

/**
 * Pre-norm block without biases: x = x + Attention(RMSNorm(x)), then x = x + FeedForward(RMSNorm(x)).
 *
 * @source method.md, section 7.
 */
export class TransformerBlock extends RecomputableModule {
  private readonly attention;
  private readonly feedForward;
  private readonly attentionNorm;
  private readonly feedForwardNorm;

  constructor(sizes: BlockSizes) {
    super();
    this.attention = this.child('attention', new AttentionLayer(sizes));
    this.feedForward = this.child('feed_forward', new FeedForward(sizes));
    this.attentionNorm = this.child('attention_norm', new RmsNorm(sizes.width, sizes.normEpsilon));
    this.feedForwardNorm = this.child('ffn_norm', new RmsNorm(sizes.width, sizes.normEpsilon));
  }

  /** `[B, T, D]` to `[B, T, D]`, owned by the caller. */
  forward(x: Tensor3D, layer: number, context: BlockContext): Tensor3D {
    const run = (input: Tensor3D): Tensor3D => this.run(input, layer, context);
    return this.recompute(x, this.recomputes ? (context.dropouts?.repeatable(run) ?? run) : run);
  }

  private run(x: Tensor3D, layer: number, context: BlockContext): Tensor3D {
    return tidy(() => {
      const { dropouts } = context;
      const mixed = this.attention.forward(this.attentionNorm.forward(x), layer, context);
      const attended = add<Tensor3D>(x, dropouts?.attention(mixed, layer) ?? mixed);
      const update = this.feedForward.forward(this.feedForwardNorm.forward(attended));
      return add<Tensor3D>(attended, dropouts?.feedForward(update, layer) ?? update);
    });
  }
}
