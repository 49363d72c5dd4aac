import type { Scalar, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { OpenModelOptions } from '@restok/hub';
import type { InitializationName } from '@restok/ops';
import type { Observer } from '@restok/vit';

/** How a new model is built. */
export interface ResTokOptions {
  /** Draws the weights; without it they stay empty until they are loaded. */
  readonly seed?: number;
  readonly initialization?: InitializationName;
  /** Also build the decoder's second stream of queries, which only training with feature supervision needs. */
  readonly featureStream?: boolean;
}

export interface LoadOptions extends OpenModelOptions {
  /** Called after each tensor. */
  readonly onProgress?: (loaded: number, total: number) => void;
}

export interface DecodeOptions {
  /** Leading latents to keep, for all samples or for each; the rest become the mask token. */
  readonly numKept?: number | readonly number[];
  readonly observer?: Observer;
}

/** A whole pass from pixels to pixels with everything that training needs; tensors are the caller's. */
export type TokenizerPass = {
  /** `[B, H, W, 3]`, not clamped. */
  readonly reconstruction: Tensor4D;
  readonly indices: Tensor2D;
  /** `[B, L, Dc]` before the quantiser. */
  readonly latents: Tensor3D;
  readonly quantizerLoss: Scalar;
  readonly commitmentLoss: Scalar;
  readonly codebookLoss: Scalar;
  readonly entropyLoss: Scalar;
  /** `[B, P, D]` of the second stream, where it was asked for. */
  readonly featureStream?: Tensor3D;
  /** Image tokens of each scale, `[B, P_s, D]`, coarsest first. */
  readonly imageTokens: Tensor3D[];
};

export interface ForwardOptions extends DecodeOptions {
  /** false passes the (normalised) latents on unquantised. */
  readonly quantize?: boolean;
  readonly featureStream?: boolean;
}
