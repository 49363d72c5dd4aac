import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, tidy } from '@tensorflow/tfjs-core';
import { conv2d, groupNorm, linear, Module, ones, RecomputableModule, weight, zeros } from '@restok/ops';

/** Groups and ε of every GroupNorm. @source method.md, section 2. */
const NORM = { groups: 32, epsilon: 1e-6 };

/** GroupNorm under its published names, with or without SiLU after it. */
export class GroupNorm extends Module {
  private readonly gain;
  private readonly shift;

  constructor(channels: number) {
    super();
    this.gain = this.parameter('weight', [channels], ones);
    this.shift = this.parameter('bias', [channels], zeros);
  }

  forward(x: Tensor4D, activation: 'none' | 'silu'): Tensor4D {
    return groupNorm(x, this.gain.as<Tensor1D>(), this.shift.as<Tensor1D>(), { ...NORM, activation });
  }
}

/** A "same" convolution of stride 1 under its published names. */
export class Convolution extends Module {
  private readonly filter;
  private readonly bias;

  constructor(inputs: number, outputs: number, size: number, options: { readonly bias: boolean }) {
    super();
    this.filter = this.parameter('weight', [outputs, inputs, size, size], weight, 'convolution');
    this.bias = options.bias ? this.parameter('bias', [outputs], zeros) : undefined;
  }

  forward(x: Tensor4D): Tensor4D {
    return conv2d(x, this.filter.as<Tensor4D>(), this.bias?.as<Tensor1D>());
  }
}

class Shortcut extends Module {
  readonly weight;

  constructor(channels: number) {
    super();
    this.weight = this.parameter('weight', [channels, channels, 1, 1], weight, 'pointwise');
  }
}

/**
 * ResNet block: h = conv(SiLU(GN(conv(SiLU(GN(x)))))), then x + h.
 *
 * @source method.md, section 2.
 * @asIs Where the channels change, the published code adds a 1x1 convolution of h to h itself and drops the
 *   input; one would expect a 1x1 convolution of the input.
 */
export class ResidualBlock extends RecomputableModule {
  private readonly norm1;
  private readonly conv1;
  private readonly norm2;
  private readonly conv2;
  private readonly shortcut;

  constructor(inputs: number, outputs: number) {
    super();
    this.norm1 = this.child('norm1', new GroupNorm(inputs));
    this.conv1 = this.child('conv1', new Convolution(inputs, outputs, 3, { bias: false }));
    this.norm2 = this.child('norm2', new GroupNorm(outputs));
    this.conv2 = this.child('conv2', new Convolution(outputs, outputs, 3, { bias: false }));
    this.shortcut = inputs === outputs ? undefined : this.child('nin_shortcut', new Shortcut(outputs));
  }

  /** `[B, H, W, inputs]` to `[B, H, W, outputs]`, owned by the caller. */
  forward(x: Tensor4D): Tensor4D {
    return this.recompute(x, (input) => this.run(input));
  }

  private run(x: Tensor4D): Tensor4D {
    return tidy(() => {
      const half = this.conv1.forward(this.norm1.forward(x, 'silu'));
      const h = this.conv2.forward(this.norm2.forward(half, 'silu'));
      return add(h, this.shortcut === undefined ? x : linear(h, this.shortcut.weight.as<Tensor2D>()));
    });
  }
}
