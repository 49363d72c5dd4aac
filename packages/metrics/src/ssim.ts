import { windowSize } from './gaussian-blur';
import { checkedFormat } from './picture-format';
import type { PictureFormat } from './picture-format';
import type { TensorPictureOptions } from './picture-values';
import { meanOverPictures } from './picture-values';
import { channelPlanes } from './plane';
import { structuralSimilarity } from './structural-similarity';
import type { TensorValues, Values } from './values';

/**
 * Structural similarity of one picture to its reference: 1 when equal.
 *
 * Window of 11 x 11 pixels, standard deviation 1.5, only where it fits (its taps rounded as the reference's); the mean over
 * positions, then over channels. In double precision.
 *
 * @param reference `[height, width, channels]`, flattened; sides of at least 11.
 * @param reconstruction the same shape, in the same unit.
 * @throws ShapeError when the arrays do not fit the format or a side is shorter than the window.
 * @source Z. Wang et al., 2004, as in pytorch-msssim; method.md, section 10.
 */
export function ssim(
  reference: ArrayLike<number>,
  reconstruction: ArrayLike<number>,
  format: PictureFormat,
): number;
/** The same of tensors `[height, width, channels]`; of `[B, height, width, channels]` the mean over pictures. */
export function ssim(
  reference: TensorValues,
  reconstruction: TensorValues,
  options?: TensorPictureOptions,
): number;
export function ssim(reference: Values, reconstruction: Values, format: Partial<PictureFormat> = {}): number {
  return meanOverPictures('ssim', [reference, reconstruction], format, ssimOfPicture);
}

function ssimOfPicture(
  reference: ArrayLike<number>,
  reconstruction: ArrayLike<number>,
  format: PictureFormat,
): number {
  const checked = checkedFormat('ssim', reference, reconstruction, format, windowSize);
  const x = channelPlanes(reference, checked);
  const y = channelPlanes(reconstruction, checked);
  const perChannel = x.map(
    (plane, channel) => structuralSimilarity(plane, y[channel]!, checked.peak).similarity,
  );
  return perChannel.reduce((sum, value) => sum + value, 0) / checked.channels;
}
