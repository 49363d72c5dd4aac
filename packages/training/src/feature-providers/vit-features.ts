import type { Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { div, mean, reshape, slice, sub, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { TokenGrid } from '@restok/core';
import { bicubicMatrix } from '../resampling/axis-matrices';
import { mixRowsAndColumns } from '../resampling/mix-axis';
import { PretrainedVit } from '../vision-transformer/pretrained-vit';
import { vitKinds } from '../vision-transformer/vit-kinds';
import { openWeightFiles } from '../weight-files';
import type { FeatureProvider, PictureBatch, PictureFeatures } from './feature-provider';
import type { FoundationModel } from './foundation-models';

/** Features of a frozen ViT: its class token, or the mean of its patches where it has none, and its patches. */
export class VitFeatures implements FeatureProvider {
  readonly width: number;

  /** @param vit owned by this. */
  constructor(
    private readonly vit: PretrainedVit,
    private readonly model: FoundationModel,
  ) {
    this.width = vit.size.width;
  }

  /**
   * Opens a foundation model.
   *
   * @param path of timm's safetensors file, or of the folder that holds it as model.safetensors.
   * @returns owned by the caller.
   * @throws CheckpointError in one line when it cannot be read or is of another kind.
   */
  static async open(path: string, model: FoundationModel): Promise<VitFeatures> {
    const weights = await openWeightFiles([path]);
    try {
      return new VitFeatures(await PretrainedVit.fromWeights(weights, vitKinds[model.kind]), model);
    } finally {
      await weights.close();
    }
  }

  gridOf(cropSize: number): TokenGrid {
    const side = (this.model.resizeTo ?? cropSize) / this.vit.size.patchSize;
    return { rows: side, columns: side };
  }

  features({ pixels }: PictureBatch): Promise<PictureFeatures> {
    const { classFeature, patchFeatures } = tidy(() => {
      const tokens = this.vit.features(this.prepared(pixels));
      const [batch, length, width] = tokens.shape;
      const before = this.vit.numPrefixTokens;
      const patches = slice(tokens, [0, before, 0], [batch, length - before, width]) as Tensor3D;
      const summary = this.vit.kind.classToken
        ? reshape(slice(tokens, [0, 0, 0], [batch, 1, width]), [batch, width])
        : mean(patches, 1);
      return { classFeature: summary as Tensor2D, patchFeatures: patches };
    });
    return Promise.resolve({ classFeature, patchFeatures });
  }

  dispose(): void {
    this.vit.dispose();
  }

  /** Resized and normalised, which give the same in either order. */
  private prepared(pixels: Tensor4D): Tensor4D {
    const { resizeTo, mean: centre, deviation } = this.model;
    const [, height, width] = pixels.shape;
    const resized =
      resizeTo === undefined
        ? pixels
        : mixRowsAndColumns(pixels, bicubicMatrix(height, resizeTo), bicubicMatrix(width, resizeTo));
    return div(sub(resized, tensor1d([...centre])), tensor1d([...deviation])) as Tensor4D;
  }
}
