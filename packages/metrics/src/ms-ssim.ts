import { windowSize } from './gaussian-blur';
import { checkedFormat } from './picture-format';
import type { PictureFormat } from './picture-format';
import type { TensorPictureOptions } from './picture-values';
import { meanOverPictures } from './picture-values';
import type { Plane } from './plane';
import { channelPlanes, halvePlane } from './plane';
import { structuralSimilarity } from './structural-similarity';
import type { TensorValues, Values } from './values';

/** Exponents of the five scales, finest first; they come from a viewing experiment. */
const scaleWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** The coarsest scale, reached by halving four times, must still be longer than the window minus one. */
const smallestSide = (windowSize - 1) * 2 ** (scaleWeights.length - 1) + 1;

/**
 * Multi-scale structural similarity of one picture to its reference: 1 when equal.
 *
 * A weighted geometric mean over five scales, each half as large as the one before: contrast and structure at
 * the four finest, the whole SSIM at the coarsest. The mean over channels.
 *
 * @param reference `[height, width, channels]`, flattened; sides of at least 161.
 * @param reconstruction the same shape, in the same unit.
 * @throws ShapeError when the arrays do not fit the format or a side is shorter than 161.
 * @source Z. Wang et al., "Multi-scale structural similarity for image quality assessment", 2003, as in
 * pytorch-msssim; method.md, section 10.
 * @asIs A negative mean counts as 0 before the exponent, so a scale that is anticorrelated makes the product 0.
 */
export function msSsim(
  reference: ArrayLike<number>,
  reconstruction: ArrayLike<number>,
  format: PictureFormat,
): number;
/** The same of tensors `[height, width, channels]`; of `[B, height, width, channels]` the mean over pictures. */
export function msSsim(
  reference: TensorValues,
  reconstruction: TensorValues,
  options?: TensorPictureOptions,
): number;
export function msSsim(
  reference: Values,
  reconstruction: Values,
  format: Partial<PictureFormat> = {},
): number {
  return meanOverPictures('msSsim', [reference, reconstruction], format, msSsimOfPicture);
}

function msSsimOfPicture(
  reference: ArrayLike<number>,
  reconstruction: ArrayLike<number>,
  format: PictureFormat,
): number {
  const checked = checkedFormat('msSsim', reference, reconstruction, format, smallestSide);
  const x = channelPlanes(reference, checked);
  const y = channelPlanes(reconstruction, checked);
  const perChannel = x.map((plane, channel) => multiScaleSimilarity(plane, y[channel]!, checked.peak));
  return perChannel.reduce((sum, value) => sum + value, 0) / checked.channels;
}

function multiScaleSimilarity(x: Plane, y: Plane, peak: number): number {
  let product = 1;
  scaleWeights.forEach((weight, scale) => {
    const { similarity, contrastStructure } = structuralSimilarity(x, y, peak);
    const isCoarsest = scale === scaleWeights.length - 1;
    product *= Math.max(isCoarsest ? similarity : contrastStructure, 0) ** weight;
    if (!isCoarsest) {
      x = halvePlane(x);
      y = halvePlane(y);
    }
  });
  return product;
}
