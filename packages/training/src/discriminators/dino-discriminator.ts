import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { add, concat, mul, slice, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Draws } from '../draws';
import { imagenetDeviation, imagenetMean } from '../imagenet';
import { areaMatrix, bicubicMatrix } from '../resampling/axis-matrices';
import { mixRowsAndColumns } from '../resampling/mix-axis';
import type { PretrainedVit } from '../vision-transformer/pretrained-vit';
import { DinoHead } from './dino-head';
import { Discriminator } from './discriminator';

/** Sides of the pictures that the ViT sees. */
const SIDE = 224;
/** Larger pictures are cropped with this probability, else shrunk. */
const CROP_PROBABILITY = 0.5;
/** Read-outs after blocks, beside the one before the first. */
const NUM_DEPTHS = 4;

/**
 * Light trained heads on the tokens of a frozen ViT. The ViT is not among its parameters and not in checkpoints.
 *
 * @source Sauer et al., arXiv 2301.09515; method.md, appendix A.
 */
export class DinoDiscriminator extends Discriminator {
  readonly augments = true;
  private readonly heads: DinoHead[];
  private readonly depths: readonly number[];

  /**
   * @param vit owned by this.
   * @param depths blocks that are read out: 2, 5, 8 and 11 of 12, the ends of its quarters.
   */
  constructor(
    private readonly vit: PretrainedVit,
    depths?: readonly number[],
  ) {
    super();
    this.depths = depths ?? quarterEnds(vit.size.layers);
    this.heads = [...Array(this.depths.length + 1).keys()].map((i) =>
      this.child(`heads.${i}`, new DinoHead(vit.size.width)),
    );
  }

  /** Patch tokens plus class token of each read-out, `[B, P, D]`. */
  view(pixels: Tensor4D, draws: Draws): Tensor3D[] {
    return tidy(() =>
      this.vit.readOuts(fitted(normalized(pixels), draws), this.depths).map((tokens) => {
        const [batch, length, width] = tokens.shape;
        const patches = slice(tokens, [0, 1, 0], [batch, length - 1, width]);
        return add(patches, slice(tokens, [0, 0, 0], [batch, 1, width])) as Tensor3D;
      }),
    );
  }

  /** `[B, read-outs · P]`. */
  logits(view: readonly Tensor[]): Tensor2D {
    return tidy(() =>
      concat(
        this.heads.map((head, i) => head.forward(view[i] as Tensor3D)),
        1,
      ),
    );
  }

  override beforeForward(): void {
    this.heads.forEach((head) => head.iterate());
  }

  override dispose(): void {
    super.dispose();
    this.vit.dispose();
  }
}

/** Last blocks of each quarter of a ViT. */
function quarterEnds(layers: number): number[] {
  const ends = Array.from({ length: NUM_DEPTHS }, (_, i) => Math.ceil(((i + 1) * layers) / NUM_DEPTHS) - 1);
  return [...new Set(ends)];
}

/**
 * 2x - 1, then ImageNet statistics.
 *
 * @asIs The statistics are moved to -1 ... 1 as well, so together this is the usual normalisation.
 */
function normalized(pixels: Tensor4D): Tensor4D {
  const scale = tensor1d(imagenetDeviation.map((deviation) => 0.5 / deviation));
  const shift = tensor1d(imagenetMean.map((mean, i) => (0.5 - mean) / imagenetDeviation[i]!));
  return add(mul(add(mul(pixels, 2), -1), scale), shift) as Tensor4D;
}

function fitted(pixels: Tensor4D, draws: Draws): Tensor4D {
  const [batch, height, width, channels] = pixels.shape;
  if (height <= SIDE || width <= SIDE) {
    return mixRowsAndColumns(pixels, bicubicMatrix(height, SIDE), bicubicMatrix(width, SIDE));
  }
  if (draws.uniform() < CROP_PROBABILITY) {
    const [top, left] = [draws.whole(0, height - SIDE), draws.whole(0, width - SIDE)];
    return slice(pixels, [0, top, left, 0], [batch, SIDE, SIDE, channels]);
  }
  return mixRowsAndColumns(pixels, areaMatrix(height, SIDE), areaMatrix(width, SIDE));
}
