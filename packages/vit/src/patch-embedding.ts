import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { reshape, tidy, transpose } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { linear, Module, weight, zeros } from '@restok/ops';

/** A 1x1 convolution as a linear layer over channels, under its published name and shape. */
export class PointwiseConvolution extends Module {
  private readonly weight;
  private readonly bias;

  constructor(inputs: number, outputs: number) {
    super();
    this.weight = this.parameter('weight', [outputs, inputs, 1, 1], weight, 'pointwise');
    this.bias = this.parameter('bias', [outputs], zeros);
  }

  /** `[..., inputs]` to `[..., outputs]`, owned by the caller. */
  forward<X extends Tensor3D | Tensor4D>(x: X): X {
    return linear(x, this.weight.as<Tensor2D>(), this.bias.as<Tensor1D>());
  }
}

class PatchProjection extends Module {
  readonly weight;
  readonly bias;

  constructor(patchSize: number, width: number) {
    super();
    this.weight = this.parameter('weight', [width, 3, patchSize, patchSize], weight, 'patch');
    this.bias = this.parameter('bias', [width], zeros);
  }
}

/** Cuts pixels into squares and projects each to a token; equals a convolution whose stride is its size. */
export class PatchEmbedding extends Module {
  private readonly projection;

  constructor(
    private readonly patchSize: number,
    width: number,
  ) {
    super();
    this.projection = this.child('proj', new PatchProjection(patchSize, width));
  }

  /**
   * @param pixels `[B, H, W, 3]`, sides multiples of the patch size.
   * @returns `[B, P, D]` in row-major order of patches, owned by the caller.
   * @throws ShapeError when the patch size does not divide the sides.
   */
  forward(pixels: Tensor4D): Tensor3D {
    return tidy(() => {
      const patches = patchesOf(pixels, this.patchSize);
      return linear(patches, this.projection.weight.as<Tensor2D>(), this.projection.bias.as<Tensor1D>());
    });
  }
}

/** `[B, H, W, C]` to `[B, P, p·p·C]`, each patch read row by row. */
export function patchesOf(pixels: Tensor4D, patchSize: number): Tensor3D {
  const [batch, height, width, channels] = pixels.shape;
  if (height % patchSize !== 0 || width % patchSize !== 0) {
    throw new ShapeError(
      `patchesOf: sides must be multiples of ${patchSize}, got [${pixels.shape.join(', ')}]. Resize or crop the picture.`,
    );
  }
  const rows = height / patchSize;
  const columns = width / patchSize;
  return tidy(() => {
    const split = reshape(pixels, [batch, rows, patchSize, columns, patchSize * channels]);
    const grouped = transpose(split, [0, 1, 3, 2, 4]);
    return reshape(grouped, [batch, rows * columns, patchSize * patchSize * channels]);
  });
}
