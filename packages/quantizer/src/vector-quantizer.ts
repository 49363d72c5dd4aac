import type { Scalar, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { add, mean, mul, reshape, scalar, square, sub, tidy } from '@tensorflow/tfjs-core';
import {
  l2Normalize,
  Module,
  nearestCode,
  pickRows,
  squaredDistances,
  stopGradient,
  straightThrough,
  uniform,
} from '@restok/ops';
import { checkIndices } from './check-indices';
import { entropyTerm } from './entropy-term';
import type { Quantization, Quantizer, QuantizerOptions } from './quantizer';

/** Settings of the vector quantiser. */
export type VectorQuantizerOptions = Omit<QuantizerOptions, 'scalarLevels'>;

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
export class VectorQuantizer extends Module implements Quantizer {
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
      const nearest = pickRows(codebook, flatIndices); // [N, Dc]

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
      const rows = pickRows(this.comparable(this.codebook), reshape(indices, [-1]) as Tensor1D);
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
