import { DataError } from '@restok/core/errors';
import { Random } from '@restok/core/random';
import type { PicturePlace } from '../dataset';
import { decodePicture } from '../decode-picture';
import type { Picture } from '../picture';
import type { PictureCrop } from '../picture-crop';
import { applyCrop } from '../picture-crop';
import { readPart, readPlacedPicture } from '../read-placed-picture';
import { isUrl } from '../shards/byte-source';

/** A picture to read and to crop. */
export interface PictureJob {
  readonly place: PicturePlace;
  readonly crop: PictureCrop;
  /** What the crop is drawn from; undefined for the plain one. */
  readonly seed: number | undefined;
}

/** A picture that is ready, or what is wrong with it. */
export type PreparedPicture =
  { /** `[size, size, 3]`, 8 bits. */ readonly pixels: Uint8Array } | { readonly problem: string };

/**
 * Reads, decodes and crops a picture.
 *
 * @returns the problem in one line where the picture is damaged or missing.
 * @throws DataError when a server does not give it: that says nothing of the picture.
 */
export async function preparePicture({ place, crop, seed }: PictureJob): Promise<PreparedPicture> {
  const { path, part, name } = place;
  const fetched = part !== undefined && isUrl(path) ? await readPart(path, part) : undefined;
  let picture: Picture;
  try {
    picture = await (fetched === undefined ? readPlacedPicture(place) : decodePicture(fetched, name));
    const random = seed === undefined ? undefined : new Random(seed);
    return { pixels: applyCrop(picture, crop, random).pixels };
  } catch (error) {
    if (error instanceof DataError) {
      return { problem: error.message };
    }
    throw error;
  }
}
