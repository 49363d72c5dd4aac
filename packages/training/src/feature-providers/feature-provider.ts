import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TokenGrid } from '@restok/core';

/** What a frozen model sees in a batch; tensors are owned by the caller. */
export interface PictureFeatures {
  /** `[B, F]`, one vector for each picture. */
  readonly classFeature: Tensor2D;
  /** `[B, P, F]`, one for each patch, row by row. */
  readonly patchFeatures: Tensor3D;
}

/** A batch to look at. */
export interface PictureBatch {
  /** `[B, H, W, 3]` in 0 ... 1. */
  readonly pixels: Tensor4D;
  /** Which pictures of the data set these are. */
  readonly pictures: readonly number[];
}

/** Gives the features that a tokenizer's are aligned with: a vision foundation model, or what one gave before. */
export interface FeatureProvider {
  /** F. */
  readonly width: number;
  /** The grid of patches of pictures with sides of so many pixels. */
  gridOf(cropSize: number): TokenGrid;
  features(batch: PictureBatch): Promise<PictureFeatures>;
  dispose(): void;
}
