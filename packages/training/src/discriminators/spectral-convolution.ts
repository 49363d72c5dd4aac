import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import {
  concat,
  div,
  matMul,
  maximum,
  mul,
  reshape,
  slice,
  sqrt,
  square,
  sum,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { linear, Module, normal, uniform } from '@restok/ops';

/** Shorter vectors are divided by this instead of their length. */
const SMALLEST_LENGTH = 1e-12;

/**
 * Convolution along a sequence, the ends joined in a circle, whose weight is divided by an estimate of its largest
 * singular value: u · W v, the vectors u and v improved by one power iteration before each forward pass of training.
 *
 * @source Miyato et al., arXiv 1802.05957; method.md, appendix A.
 */
export class SpectralConvolution extends Module {
  private readonly bias;
  private readonly weight;
  private readonly left;
  private readonly right;

  /** @param size taps, odd. */
  constructor(
    private readonly inputs: number,
    private readonly outputs: number,
    private readonly size: number,
  ) {
    super();
    const limit = uniform((inputs * size) ** -0.5);
    this.bias = this.parameter('bias', [outputs], limit);
    this.weight = this.parameter('weight_orig', [outputs, inputs, size], limit);
    // Their lengths do not matter: the first iteration makes them unit vectors.
    this.left = this.parameter('weight_u', [outputs], normal(1));
    this.right = this.parameter('weight_v', [inputs * size], normal(1));
  }

  /** One power iteration: v = Wᵀu, u = W v, both made unit vectors. */
  iterate(): void {
    const { left, right } = tidy(() => {
      const matrix = this.matrix();
      const u = reshape(this.left.as<Tensor1D>(), [1, -1]);
      const v = unit(matMul(u as Tensor2D, matrix)); // [1, I·k]
      return {
        right: reshape(v, [-1]),
        left: reshape(unit(matMul(matrix, transpose(v))), [-1]),
      };
    });
    this.left.replace(left);
    this.right.replace(right);
  }

  /** `[B, T, inputs]` to `[B, T, outputs]`, owned by the caller; differentiable. */
  forward(x: Tensor3D): Tensor3D {
    return tidy(() => linear(this.windows(x), this.normalizedWeight(), this.bias.as<Tensor1D>()));
  }

  private matrix(): Tensor2D {
    return reshape(this.weight.value, [this.outputs, this.inputs * this.size]);
  }

  /** The divided weight, tap by tap: `[O, k · I]`. */
  private normalizedWeight(): Tensor2D {
    const matrix = this.matrix();
    const image = matMul(matrix, reshape(this.right.value, [-1, 1]) as Tensor2D); // [O, 1]
    const singularValue = sum(mul(image, reshape(this.left.value, [-1, 1])));
    const divided = div(matrix, singularValue);
    const byTap = transpose(reshape(divided, [this.outputs, this.inputs, this.size]), [0, 2, 1]);
    return reshape(byTap, [this.outputs, this.size * this.inputs]);
  }

  /** Each position with its neighbours: `[B, T, k · I]`. */
  private windows(x: Tensor3D): Tensor3D {
    if (this.size === 1) {
      return x;
    }
    const [batch, length, width] = x.shape;
    const margin = (this.size - 1) / 2;
    const end = slice(x, [0, length - margin, 0], [batch, margin, width]);
    const start = slice(x, [0, 0, 0], [batch, margin, width]);
    const circle = concat([end, x, start], 1);
    return concat(
      Array.from({ length: this.size }, (_, tap) => slice(circle, [0, tap, 0], [batch, length, width])),
      2,
    );
  }
}

function unit(x: Tensor2D): Tensor2D {
  return div(x, maximum(sqrt(sum(square(x))), SMALLEST_LENGTH) as Tensor);
}
