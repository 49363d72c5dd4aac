import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { concat, mean, tidy, zeros as zerosTensor } from '@tensorflow/tfjs-core';
import type { RotationTable } from '@restok/ops';
import {
  attention,
  attentionWeights,
  linear,
  Module,
  normalizeAndRotate,
  ones,
  weight,
  zeros,
} from '@restok/ops';

/** ε of the LayerNorms on queries and keys. @source method.md, section 3. */
const NORM_EPSILON = 1e-5;

/** What attention needs to know about the sequence. */
export interface SequenceContext {
  readonly rotation: RotationTable;
  /** Leading keys that each query sees; all when absent. */
  readonly visibleKeys?: readonly number[];
}

/** Gain and shift of a normalisation under its published name (`norm1.weight`, `norm1.bias`). */
export class NormParameters extends Module {
  readonly gain;
  readonly shift;

  constructor(width: number) {
    super();
    this.gain = this.parameter('weight', [width], ones);
    this.shift = this.parameter('bias', [width], zeros);
  }
}

/** Weight and bias of a linear layer (`proj.weight`, `proj.bias`). */
export class LinearLayer extends Module {
  readonly weight;
  readonly bias;

  constructor(inputs: number, outputs: number) {
    super();
    this.weight = this.parameter('weight', [outputs, inputs], weight);
    this.bias = this.parameter('bias', [outputs], zeros);
  }

  forward(x: Tensor3D): Tensor3D {
    return linear(x, this.weight.as<Tensor2D>(), this.bias.as<Tensor1D>());
  }
}

class BiasFreeLinear extends Module {
  readonly weight;

  constructor(inputs: number, outputs: number) {
    super();
    this.weight = this.parameter('weight', [outputs, inputs], weight);
  }
}

/**
 * Multi-head self-attention with LayerNorm on queries and keys and 2D rotary positions. Queries and values
 * have a bias, keys have none.
 *
 * @source method.md, section 3.
 */
export class AttentionLayer extends Module {
  private readonly queryBias;
  private readonly valueBias;
  private readonly qkv;
  private readonly queryNorm;
  private readonly keyNorm;
  private readonly projection;

  constructor(
    private readonly width: number,
    private readonly numHeads: number,
  ) {
    super();
    this.queryBias = this.parameter('q_bias', [width], zeros);
    this.valueBias = this.parameter('v_bias', [width], zeros);
    this.qkv = this.child('qkv', new BiasFreeLinear(width, 3 * width));
    this.queryNorm = this.child('q_norm', new NormParameters(width / numHeads));
    this.keyNorm = this.child('k_norm', new NormParameters(width / numHeads));
    this.projection = this.child('proj', new LinearLayer(width, width));
  }

  /**
   * @param x `[B, T, D]`, already normalised.
   * @returns `[B, T, D]`, owned by the caller.
   */
  forward(x: Tensor3D, sequence: SequenceContext): Tensor3D {
    return tidy(() => {
      const qkv = this.rotatedQkv(x, sequence.rotation); // [B, T, 3D]
      const mixed = attention(qkv, { numHeads: this.numHeads, visibleKeys: sequence.visibleKeys });
      return this.projection.forward(mixed);
    });
  }

  /** Attention weights averaged over heads, `[B, T, T]`, owned by the caller. */
  averageWeights(x: Tensor3D, sequence: SequenceContext): Tensor3D {
    return tidy(() => mean(this.weightsOfHeads(x, sequence), 1) as Tensor3D);
  }

  /** Attention weights of each head, `[B, H, T, T]`, owned by the caller. */
  weightsOfHeads(x: Tensor3D, sequence: SequenceContext): Tensor4D {
    return tidy(() => {
      const qkv = this.rotatedQkv(x, sequence.rotation);
      return attentionWeights(qkv, { numHeads: this.numHeads, visibleKeys: sequence.visibleKeys });
    });
  }

  private rotatedQkv(x: Tensor3D, rotation: RotationTable): Tensor3D {
    const bias = concat([
      this.queryBias.as<Tensor1D>(),
      zerosTensor([this.width]) as Tensor1D,
      this.valueBias.as<Tensor1D>(),
    ]);
    const qkv = linear(x, this.qkv.weight.as<Tensor2D>(), bias);
    const norm = {
      queryGain: this.queryNorm.gain.as<Tensor1D>(),
      queryShift: this.queryNorm.shift.as<Tensor1D>(),
      keyGain: this.keyNorm.gain.as<Tensor1D>(),
      keyShift: this.keyNorm.shift.as<Tensor1D>(),
    };
    return normalizeAndRotate(qkv, norm, rotation, { numHeads: this.numHeads, epsilon: NORM_EPSILON });
  }
}
