import type { PicturePlace } from './dataset';
import { decodePicture } from './decode-picture';
import type { Picture } from './picture';
import { readPicture } from './read-picture';
import { openByteSource } from './shards/byte-source';

/**
 * Reads a picture from where a data set says that it lies.
 *
 * @throws DataError in one line when it cannot be read, or is damaged.
 */
export async function readPlacedPicture(place: PicturePlace): Promise<Picture> {
  return place.part === undefined
    ? readPicture(place.path)
    : decodePicture(await readPart(place.path, place.part), place.name);
}

/** @throws DataError when the file or server does not give it. */
export async function readPart(
  path: string,
  { offset, length }: NonNullable<PicturePlace['part']>,
): Promise<Uint8Array> {
  const source = await openByteSource(path);
  try {
    return await source.read(offset, length);
  } finally {
    await source.close();
  }
}
