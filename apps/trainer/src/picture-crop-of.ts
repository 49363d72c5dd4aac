import { ConfigError } from '@restok/core';
import type { PictureCrop } from '@restok/data';
import type { PreprocessingConfig } from '@restok/training';

/**
 * How the preprocessing of a config crops pictures: `random_resized_crop` draws the size and needs no other key;
 * `resize_with_crop` takes the centre square at so many times the size; otherwise the shorter edge becomes
 * `resize_shorter_edge`, or the size. The square is drawn with `random_crop`.
 *
 * @param size sides of the square, in pixels.
 * @throws ConfigError when the pictures would be smaller than the square.
 * @source method.md, appendix C.
 */
export function pictureCropOf(preprocessing: PreprocessingConfig, size: number): PictureCrop {
  const { random_resized_crop: isResized, random_crop: isRandom } = preprocessing;
  const { random_flip: flip, random_color_exchange: exchangeColors } = preprocessing;
  const { resize_with_crop: scale, resize_shorter_edge: shorterEdge = size } = preprocessing;
  if (isResized) {
    return { method: 'randomResizedCrop', size, shorterEdge: size, flip, exchangeColors };
  }
  if (scale !== undefined) {
    const method = isRandom ? 'randomCropOfSquare' : 'centreOfSquare';
    return { method, size, shorterEdge: Math.trunc(scale * size), flip, exchangeColors };
  }
  if (shorterEdge < size) {
    const problem = `dataset.preprocessing.resize_shorter_edge must be at least crop_size, ${size}, got ${shorterEdge}`;
    throw new ConfigError(`pictureCropOf: ${problem}. Make it larger, or crop_size smaller.`, [problem]);
  }
  return { method: isRandom ? 'randomCrop' : 'centre', size, shorterEdge, flip, exchangeColors };
}
