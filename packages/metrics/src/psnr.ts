import { checkedPeak, checkSameLength } from './picture-format';
import { meanOverPictures } from './picture-values';
import type { Values } from './values';

/** The unit of the samples that `psnr` compares. */
export interface PsnrOptions {
  /** The largest value a sample can have: 1 (default) for pixels in 0 to 1, 255 for bytes. */
  readonly peak?: number;
}

/**
 * Peak signal-to-noise ratio of one picture: 10 log10(peak² / mean squared error).
 *
 * The PSNR of a set of pictures is the mean of its pictures' values, not the PSNR of their mean error.
 *
 * @param reference samples of the original, in any order; a tensor `[height, width, channels]`, or
 *   `[B, height, width, channels]` for the mean over pictures.
 * @param reconstruction the same of the copy, in the same order and unit.
 * @returns decibels; Infinity when the pictures are equal.
 * @throws ShapeError when the lengths differ or the peak is not positive.
 * @source method.md, section 10.
 */
export function psnr(reference: Values, reconstruction: Values, options: PsnrOptions = {}): number {
  return meanOverPictures('psnr', [reference, reconstruction], options, psnrOfPicture);
}

function psnrOfPicture(
  reference: ArrayLike<number>,
  reconstruction: ArrayLike<number>,
  { peak }: PsnrOptions,
): number {
  checkSameLength('psnr', reference, reconstruction);
  const largest = checkedPeak('psnr', peak);
  let squaredError = 0;
  for (let i = 0; i < reference.length; i++) {
    squaredError += (reference[i]! - reconstruction[i]!) ** 2;
  }
  return 10 * Math.log10((largest * largest * reference.length) / squaredError);
}
