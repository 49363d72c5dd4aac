import type { Random } from '@restok/core/random';
import { ShapeError } from '@restok/core/errors';
import { cropPicture, evaluationCrop, flipPicture, randomCrop, roundHalfToEven, trainingCrop } from './crop';
import { exchangeColors } from './exchange-colors';
import { centreSquare } from './extraction-crops';
import type { Picture } from './picture';
import { checkSides } from './picture';

/** How pictures are brought to the size of a model. Plain data, so that it goes to other threads. */
export interface PictureCrop {
  readonly method: CropMethodName;
  /** Sides of the square, in pixels. */
  readonly size: number;
  /** What the shorter side is resized to first, in pixels, at least `size`; `randomResizedCrop` draws it. */
  readonly shorterEdge: number;
  /** Left and right are exchanged in half of the pictures. */
  readonly flip: boolean;
  /** Red, green and blue are exchanged in half of the pictures; by default in none. */
  readonly exchangeColors?: boolean;
}

/** A square of a picture, drawn where `random` is given; without it the plain one, as pictures are scored. */
export type CropMethod = (
  picture: Picture,
  crop: Pick<PictureCrop, 'size' | 'shorterEdge'>,
  random?: Random,
) => Picture;

/** Ways to crop for training. */
export const cropMethods = {
  /** The centre. */
  centre: (picture, { size, shorterEdge }) => evaluationCrop(picture, size, shorterEdge),
  /** A square of the resized picture. */
  randomCrop: (picture, { size, shorterEdge }, random) =>
    random === undefined
      ? evaluationCrop(picture, size, shorterEdge)
      : randomCrop(picture, size, shorterEdge, random),
  /** A square of the picture at a size that is drawn; the plain one fills the picture. */
  randomResizedCrop: (picture, { size }, random) =>
    random === undefined ? evaluationCrop(picture, size) : trainingCrop(picture, size, random, false),
  /** The centre of the centre square. */
  centreOfSquare: (picture, { size, shorterEdge }) => cropOfSquare(picture, size, shorterEdge),
  /** A square of the centre square. */
  randomCropOfSquare: (picture, { size, shorterEdge }, random) =>
    cropOfSquare(picture, size, shorterEdge, random),
} satisfies Record<string, CropMethod>;

export type CropMethodName = keyof typeof cropMethods;

/**
 * Crops a picture as training wants it.
 *
 * @param random draws the square, the flip and the order of the colours, in this order; without it the picture comes as it is scored.
 * @returns `size` pixels wide and high.
 * @throws ShapeError when the square is larger than the resized picture.
 * @source method.md, appendix C.
 */
export function applyCrop(picture: Picture, crop: PictureCrop, random?: Random): Picture {
  const { method, size, shorterEdge, flip, exchangeColors: exchange = false } = crop;
  checkSides('applyCrop', size, shorterEdge);
  if (shorterEdge < size) {
    throw new ShapeError(
      `applyCrop: shorterEdge must be at least size, ${size}, got ${shorterEdge}. Resize to more, or crop less.`,
      { size, shorterEdge },
    );
  }
  const apply: CropMethod = cropMethods[method];
  const square = apply(picture, crop, random);
  if (random === undefined) {
    return square;
  }
  const flipped = flip && random.uniform() < 0.5 ? flipPicture(square) : square;
  return exchange && random.uniform() < 0.5 ? exchangeColors(flipped, random) : flipped;
}

/** @source method.md, appendix C (`resize_with_crop`): the centre square is resized as for training. */
function cropOfSquare(picture: Picture, size: number, side: number, random?: Random): Picture {
  const square = centreSquare(picture, side);
  const middle = roundHalfToEven((side - size) / 2);
  const left = random?.integer(side - size + 1) ?? middle;
  const top = random?.integer(side - size + 1) ?? middle;
  return cropPicture(square, left, top, size, size);
}
