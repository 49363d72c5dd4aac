import type { Random } from '@restok/core/random';
import type { StoredPictures } from './dataset';
import { toUnitRange } from './picture';
import type { PictureCrop } from './picture-crop';
import { applyCrop } from './picture-crop';

/** How the pictures of a set are cropped by its own `read`. */
export interface CropOptions {
  /** Sides of the pictures that the set gives. */
  readonly size: number;
  /** Random resized crops instead of centre crops when `read` draws. */
  readonly randomCrop?: boolean;
  readonly randomFlip?: boolean;
}

/** The crop that these options ask for. */
export function folderCrop({ size, randomCrop = false, randomFlip = false }: CropOptions): PictureCrop {
  const method = randomCrop ? 'randomResizedCrop' : 'centre';
  return { method, size, shorterEdge: size, flip: randomFlip };
}

/**
 * Reads and crops pictures one after the other.
 *
 * @param random draws for one picture after the other; without it pictures come as they are scored.
 * @returns `[B, size, size, 3]` float32 in 0 ... 1.
 */
export async function readCropped(
  { picture, crop }: Pick<StoredPictures, 'picture'> & { readonly crop: PictureCrop },
  indices: ArrayLike<number>,
  random?: Random,
): Promise<Float32Array> {
  const length = crop.size * crop.size * 3;
  const batch = new Float32Array(indices.length * length);
  for (let i = 0; i < indices.length; i++) {
    batch.set(toUnitRange(applyCrop(await picture(indices[i]!), crop, random)), i * length);
  }
  return batch;
}
