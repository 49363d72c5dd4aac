import type { Random } from '@restok/core';
import { ShapeError } from '@restok/core';
import type { Picture } from './picture';

/** Pictures of one size with labels, read in batches. */
export interface PictureDataset {
  /** Sides of every picture, in pixels. */
  readonly size: number;
  readonly count: number;
  readonly classNames: readonly string[];
  label(index: number): number;
  name(index: number): string;
  /**
   * Pixels of some pictures.
   *
   * @param indices in 0 ... count-1.
   * @param options `random` draws crops and flips where the data set has them; without it pictures come as
   *   they are scored.
   * @returns `[B, size, size, 3]` float32 in 0 ... 1, row-major.
   */
  read(indices: ArrayLike<number>, options?: { readonly random?: Random }): Promise<Float32Array>;
}

/** A data set whose pictures can also be had as they are stored. */
export interface StoredPictures extends PictureDataset {
  /** One picture, neither cropped nor resized. */
  picture(index: number): Promise<Picture>;
}

/**
 * Checks the index of a picture and gives it back.
 *
 * @param caller what the error calls the data set.
 * @throws ShapeError unless it is in 0 ... count-1.
 */
export function checkIndex(caller: string, index: number, count: number): number {
  if (!Number.isSafeInteger(index) || index < 0 || index >= count) {
    throw new ShapeError(
      `${caller}: index must be in 0 ... ${count - 1}, got ${index}. Ask for pictures that the set has.`,
      { index, count },
    );
  }
  return index;
}
