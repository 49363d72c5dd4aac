import { bicubicResize } from './bicubic-resize';
import { cropPicture, flipPicture, roundHalfToEven } from './crop';
import type { Picture } from './picture';
import { checkPicture, checkSides } from './picture';
import { reduceForCrop } from './reduce-for-crop';

/** Crops of one picture whose indices a generator learns from, all `size` pixels wide and high. */
export type ExtractionCrops = (picture: Picture, size: number) => Picture[];

/** A way to crop, and what comes of it. */
export interface ExtractionMethod {
  readonly crop: ExtractionCrops;
  /** How many pictures it makes of one. */
  readonly numCrops: number;
  /** The one that shows the middle as it is, for evaluation. */
  readonly plainCrop: number;
}

/** Ways to crop before codes are extracted, by the name that a code folder's manifest stores. */
export const extractionMethods = {
  centre: { crop: centre, numCrops: 1, plainCrop: 0 },
  centreAndFlip: { crop: centreAndFlip, numCrops: 2, plainCrop: 0 },
  tenCrop: { crop: tenCrop, numCrops: 10, plainCrop: 4 },
} satisfies Record<string, ExtractionMethod>;

export type ExtractionMethodName = keyof typeof extractionMethods;

/** Ten crops are taken from a square that is larger by this. */
const TEN_CROP_SCALE = 1.1;

/** The centre square, resized as for training. */
function centre(picture: Picture, size: number): Picture[] {
  return [centreSquare(picture, size)];
}

/** The centre square and its mirror image. */
function centreAndFlip(picture: Picture, size: number): Picture[] {
  const square = centreSquare(picture, size);
  return [square, flipPicture(square)];
}

/**
 * Top left, top right, bottom left, bottom right and centre of the centre square resized to 1.1 times the size,
 * then the same five of its mirror image.
 *
 * @source method.md, section 9 and appendix C. Odd margins are halved as torchvision does.
 */
function tenCrop(picture: Picture, size: number): Picture[] {
  const square = centreSquare(picture, Math.trunc(TEN_CROP_SCALE * size));
  const far = square.width - size;
  const middle = roundHalfToEven(far / 2);
  return [square, flipPicture(square)].flatMap((each) =>
    [
      [0, 0],
      [far, 0],
      [0, far],
      [far, far],
      [middle, middle],
    ].map(([left, top]) => cropPicture(each, left!, top!, size, size)),
  );
}

/** Shorter side to `size` as in training, then the square in the middle; an odd margin is larger at the end. */
export function centreSquare(picture: Picture, size: number): Picture {
  checkPicture('extractionMethods', picture);
  checkSides('extractionMethods', size, size);
  const { reduced, width, height } = reduceForCrop(picture, size);
  const left = Math.floor((width - size) / 2);
  const top = Math.floor((height - size) / 2);
  return bicubicResize(reduced, width, height, { left, top, width: size, height: size });
}
