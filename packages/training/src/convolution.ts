import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { conv2d, Module, uniform } from '@restok/ops';

/** A square convolution of stride 1 with a bias, under published names; starts as PyTorch's do. */
export class Convolution extends Module {
  private readonly weight;
  private readonly bias;

  constructor(inputs: number, outputs: number, size: number) {
    super();
    const limit = uniform((inputs * size * size) ** -0.5);
    this.weight = this.parameter('weight', [outputs, inputs, size, size], limit, 'convolution');
    this.bias = this.parameter('bias', [outputs], limit);
  }

  /** `[B, H, W, inputs]` to `[B, H, W, outputs]`, owned by the caller. */
  forward(x: Tensor4D): Tensor4D {
    return conv2d(x, this.weight.as<Tensor4D>(), this.bias.as<Tensor1D>());
  }
}
