import type { Scalar, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { add, mean, mul, reshape, scalar, square, sub, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  gatherRows,
  l2Normalize,
  Module,
  nearestCode,
  squaredDistances,
  stopGradient,
  straightThrough,
  uniform,
} from '@restok/ops';
import { entropyTerm } from './entropy-term';

/** Settings of the quantiser, as in a config. */
export interface VectorQuantizerOptions {
  /** V, rows of the codebook. */
  readonly codebookSize: number;
  /** Dc, values per code. */
  readonly codeWidth: number;
  /** Compare directions instead of points: latents and codebook rows are L2-normalised. */
  readonly normalize: boolean;
  readonly commitmentLossWeight: number;
  readonly entropyLossWeight: number;
}

/** What quantising gives; every tensor is owned by the caller. */
export type Quantization = {
  /** `[B, L, Dc]` the chosen (normalised) rows, with the gradient of the latents. */
  readonly codes: Tensor3D;
  /** `[B, L]` int32. */
  readonly indices: Tensor2D;
  /** Sum of the three terms below. */
  readonly quantizerLoss: Scalar;
  /** Already multiplied by its weight. */
  readonly commitmentLoss: Scalar;
  readonly codebookLoss: Scalar;
  /** Already multiplied by its weight; usually negative. */
  readonly entropyLoss: Scalar;
};

class Embedding extends Module {
  readonly weight;

  constructor(rows: number, width: number) {
    super();
    this.weight = this.parameter('weight', [rows, width], uniform(1 / rows));
  }
}

/**
 * Replaces each latent by the nearest row of a learned codebook.
 *
 * @source van den Oord et al., arXiv 1711.00937; method.md, section 5.
 */
export class VectorQuantizer extends Module {
  private readonly embedding;

  constructor(readonly options: VectorQuantizerOptions) {
    super();
    this.embedding = this.child('embedding', new Embedding(options.codebookSize, options.codeWidth));
  }

  /** The codebook as stored, `[V, Dc]`, owned by this module. */
  get codebook(): Tensor2D {
    return this.embedding.weight.as<Tensor2D>();
  }

  /** Takes ownership of a new codebook `[V, Dc]`. */
  replaceCodebook(codebook: Tensor2D): void {
    this.embedding.weight.replace(codebook);
  }

  /**
   * Nearest codes, with the losses that pull codes and latents together:
   * commitment β · mean((sg(e) - z)²), codebook mean((e - sg(z))²), entropy.
   *
   * @param latents `[B, L, Dc]` float32, z.
   */
  quantize(latents: Tensor3D): Quantization {
    return tidy(() => {
      const [batch, numLatents, codeWidth] = latents.shape;
      const points = this.comparable(reshape(latents, [-1, codeWidth]) as Tensor2D); // [N, Dc]
      const codebook = this.comparable(this.codebook);
      const flatIndices = nearestCode(points, codebook);
      const nearest = gatherRows(codebook, flatIndices); // [N, Dc]

      const { commitmentLossWeight, entropyLossWeight } = this.options;
      const commitmentLoss = mul(mean(square(sub(stopGradient(nearest), points))), commitmentLossWeight);
      const codebookLoss = mean(square(sub(nearest, stopGradient(points))));
      const entropyLoss =
        entropyLossWeight === 0
          ? scalar(0)
          : mul(entropyTerm(squaredDistances(points, codebook)), entropyLossWeight);
      return {
        codes: reshape(straightThrough(points, nearest), latents.shape) as Tensor3D,
        indices: reshape(flatIndices, [batch, numLatents]) as Tensor2D,
        quantizerLoss: add(add(commitmentLoss, codebookLoss), entropyLoss) as Scalar,
        commitmentLoss: commitmentLoss as Scalar,
        codebookLoss: codebookLoss as Scalar,
        entropyLoss: entropyLoss as Scalar,
      };
    });
  }

  /** The latents as they are compared, `[..., Dc]`: normalised where the quantiser normalises. */
  comparable<X extends Tensor2D | Tensor3D>(latents: X): X {
    return this.options.normalize ? l2Normalize(latents) : (latents.clone() as X);
  }

  /**
   * Codes of given indices.
   *
   * @param indices `[B, L]` int32 in 0 ... V-1.
   * @returns `[B, L, Dc]`, owned by the caller.
   * @throws ShapeError naming the first index out of range.
   */
  codesOf(indices: Tensor2D): Tensor3D {
    checkIndices(indices, this.options.codebookSize);
    return tidy(() => {
      const rows = gatherRows(this.comparable(this.codebook), reshape(indices, [-1]) as Tensor1D);
      return reshape(rows, [...indices.shape, this.options.codeWidth]) as Tensor3D;
    });
  }

  /** Squared distances of latents `[B, L, Dc]` to every row, `[B, L, V]`, owned by the caller. */
  distances(latents: Tensor3D): Tensor3D {
    return tidy(() => {
      const [batch, numLatents, codeWidth] = latents.shape;
      const points = this.comparable(reshape(latents, [-1, codeWidth]) as Tensor2D);
      const distances = squaredDistances(points, this.comparable(this.codebook));
      return reshape(distances, [batch, numLatents, this.options.codebookSize]) as Tensor3D;
    });
  }
}

function checkIndices(indices: Tensor2D, codebookSize: number): void {
  const values = indices.dataSync();
  const wrong = values.findIndex((index) => !(index >= 0 && index < codebookSize));
  if (wrong >= 0) {
    throw new ShapeError(
      `codesOf: indices must be in 0 ... ${codebookSize - 1}, got ${values[wrong]} at position ${wrong}. Use indices made by a model with this codebook.`,
      { index: values[wrong], position: wrong },
    );
  }
}
