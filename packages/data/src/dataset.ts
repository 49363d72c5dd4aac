import type { Random } from '@restok/core/random';
import { ShapeError } from '@restok/core/errors';
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
  /**
   * Begins with what a later `read` of the same pictures and the same `random` will ask for, so that it need not wait.
   * Data sets that have nothing to prepare lack it. `random` is used up as by `read`.
   */
  prepare?(indices: ArrayLike<number>, options?: { readonly random?: Random }): void;
}

/** A data set whose pictures can also be had as they are stored. */
export interface StoredPictures extends PictureDataset {
  /** One picture, neither cropped nor resized. */
  picture(index: number): Promise<Picture>;
}

/** Where the bytes of a picture lie. Plain data, so that it goes to other threads. */
export interface PicturePlace {
  /** What errors call the picture. */
  readonly name: string;
  /** A file, or the http(s) URL of a shard. */
  readonly path: string;
  /** The part of the file; all of it by default. */
  readonly part?: { readonly offset: number; readonly length: number };
}

/** What cannot be used of a data set. */
export interface PassedOver {
  readonly count: number;
  /** The first few with their reasons, for people. */
  readonly names: readonly string[];
}

/** So many names are told. */
export const NAMES_TOLD = 5;

/** A data set whose pictures other threads can read. */
export interface PlacedPictures extends StoredPictures {
  place(index: number): PicturePlace;
  /** What was found unusable when the set was opened; those pictures are not counted. */
  readonly passedOver?: PassedOver;
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
