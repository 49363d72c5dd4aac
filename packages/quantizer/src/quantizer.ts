import type { Scalar, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Module } from '@restok/ops';

/** Settings of a quantiser, as in a config; each quantiser reads those that it knows. */
export interface QuantizerOptions {
  /** V, rows of the codebook. */
  readonly codebookSize: number;
  /** Dc, values per code. */
  readonly codeWidth: number;
  /** Compare directions instead of points: latents and codebook rows are L2-normalised. */
  readonly normalize: boolean;
  readonly commitmentLossWeight: number;
  readonly entropyLossWeight: number;
  /** Values that each of the Dc channels may take, for quantisers that round channel by channel. */
  readonly scalarLevels?: readonly number[];
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

/** What a tokenizer needs of its quantiser: latents to indices, and indices to codes. */
export interface Quantizer extends Module {
  readonly options: Pick<QuantizerOptions, 'codebookSize' | 'codeWidth'>;

  /** Every code, `[V, Dc]`, owned by this module. */
  readonly codebook: Tensor2D;

  /**
   * Takes ownership of a new codebook `[V, Dc]`.
   *
   * @throws ConfigError where the codebook is fixed.
   */
  replaceCodebook(codebook: Tensor2D): void;

  /** The nearest codes of latents `[B, L, Dc]`, with their losses. */
  quantize(latents: Tensor3D): Quantization;

  /** Latents as they are compared with codes, same shape, owned by the caller. */
  comparable<X extends Tensor2D | Tensor3D>(latents: X): X;

  /**
   * Codes `[B, L, Dc]` of int32 indices `[B, L]`, owned by the caller.
   *
   * @throws ShapeError naming the first index out of range.
   */
  codesOf(indices: Tensor2D): Tensor3D;

  /** Squared distances of latents `[B, L, Dc]` to every code, `[B, L, V]`, owned by the caller. */
  distances(latents: Tensor3D): Tensor3D;
}
