import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, concat, mul, neg, reshape, slice, tidy } from '@tensorflow/tfjs-core';
import { attention, gelu, layerNorm, linear, Module, ones, scaledResidual, weight, zeros } from '@restok/ops';
import { LinearLayer } from '@restok/vit';
import { tanhGelu } from '../tanh-gelu';
import type { VisionTransformerKind, VisionTransformerSize } from './vision-transformer-config';

/** Cosines and sines of `[1, T, 1, Dh]`, to turn queries and keys with. */
export interface HalfRotation {
  readonly cos: Tensor4D;
  readonly sin: Tensor4D;
}

/** LayerNorm over the last axis with an ε of its own. */
export class Norm extends Module {
  private readonly gain;
  private readonly shift;

  constructor(
    width: number,
    private readonly epsilon: number,
  ) {
    super();
    this.gain = this.parameter('weight', [width], ones);
    this.shift = this.parameter('bias', [width], zeros);
  }

  /** Same shape, owned by the caller. */
  forward(x: Tensor3D): Tensor3D {
    return layerNorm(x, this.gain.as<Tensor1D>(), this.shift.as<Tensor1D>(), this.epsilon);
  }
}

class Attention extends Module {
  private readonly weight;
  private readonly bias;
  private readonly projection;

  constructor(
    width: number,
    private readonly numHeads: number,
    hasBias: boolean,
  ) {
    super();
    this.weight = this.parameter('qkv.weight', [3 * width, width], weight);
    this.bias = hasBias ? this.parameter('qkv.bias', [3 * width], zeros) : undefined;
    this.projection = this.child('proj', new LinearLayer(width, width));
  }

  forward(x: Tensor3D, rotation: HalfRotation | undefined): Tensor3D {
    const qkv = linear(x, this.weight.as<Tensor2D>(), this.bias?.as<Tensor1D>());
    const turned = rotation === undefined ? qkv : turnQueriesAndKeys(qkv, this.numHeads, rotation);
    return this.projection.forward(attention(turned, { numHeads: this.numHeads }));
  }
}

/** Rotates channel i of each head with channel i + Dh/2, in queries and keys. */
function turnQueriesAndKeys(qkv: Tensor3D, numHeads: number, { cos, sin }: HalfRotation): Tensor3D {
  const [batch, length, tripleWidth] = qkv.shape;
  const width = tripleWidth / 3;
  const part = (i: number): Tensor3D => slice(qkv, [0, 0, i * width], [batch, length, width]);
  const turn = (x: Tensor3D): Tensor3D => {
    const heads: Tensor4D = reshape(x, [batch, length, numHeads, width / numHeads]);
    const turned: Tensor = add(mul(heads, cos), mul(otherHalves(heads), sin));
    return reshape(turned, [batch, length, width]);
  };
  return concat([turn(part(0)), turn(part(1)), part(2)], 2);
}

/** [a, b] becomes [-b, a], a and b being the halves of each head. */
function otherHalves(x: Tensor4D): Tensor4D {
  const [batch, length, heads, width] = x.shape;
  const half = (i: number): Tensor4D =>
    slice(x, [0, 0, 0, (i * width) / 2], [batch, length, heads, width / 2]);
  return concat([neg(half(1)), half(0)], 3);
}

/** A pre-norm block of a pretrained ViT, under timm's names. */
export class PretrainedBlock extends Module {
  private readonly norm1;
  private readonly attention;
  private readonly norm2;
  private readonly widen;
  private readonly narrow;
  private readonly scales;
  private readonly activate: (x: Tensor3D) => Tensor3D;

  constructor(size: VisionTransformerSize, kind: VisionTransformerKind) {
    super();
    const { width, heads, mlpWidth } = size;
    this.norm1 = this.child('norm1', new Norm(width, kind.normEpsilon));
    this.attention = this.child('attn', new Attention(width, heads, kind.qkvBias));
    this.norm2 = this.child('norm2', new Norm(width, kind.normEpsilon));
    this.widen = this.child('mlp.fc1', new LinearLayer(width, mlpWidth));
    this.narrow = this.child('mlp.fc2', new LinearLayer(mlpWidth, width));
    this.scales = kind.layerScale?.map((name) => this.parameter(name, [width], ones));
    this.activate = kind.activation === 'gelu' ? gelu : tanhGelu;
  }

  /** `[B, T, D]` to `[B, T, D]`, owned by the caller; differentiable. */
  forward(x: Tensor3D, rotation?: HalfRotation): Tensor3D {
    return tidy(() => {
      const attended = this.residual(x, this.attention.forward(this.norm1.forward(x), rotation), 0);
      const hidden = this.activate(this.widen.forward(this.norm2.forward(attended)));
      return this.residual(attended, this.narrow.forward(hidden), 1);
    });
  }

  private residual(x: Tensor3D, update: Tensor3D, which: 0 | 1): Tensor3D {
    const scale = this.scales?.[which];
    return scale === undefined ? add(x, update) : scaledResidual(x, update, scale.as<Tensor1D>());
  }
}
