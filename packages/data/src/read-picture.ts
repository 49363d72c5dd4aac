import type { ReadPictureOptions } from './decode-picture';
import { decodePicture } from './decode-picture';
import type { Picture } from './picture';
import { readWholeFile } from './read-file';

/** More than 100 megapixels take in any of the formats. */
const MAX_FILE_BYTES = 2 ** 30;

/**
 * Reads a PNG, JPEG or WebP as 8-bit RGB: turned upright, transparency on white.
 *
 * @throws DataError in one line when the file is missing, damaged, of another kind or too large.
 */
export async function readPicture(path: string, options: ReadPictureOptions = {}): Promise<Picture> {
  const wanted = 'a PNG, JPEG or WebP picture';
  // Given a path, sharp could answer from its cache with what the file held before.
  const bytes = await readWholeFile(path, { caller: 'readPicture', maxBytes: MAX_FILE_BYTES, wanted });
  return decodePicture(bytes, path, options);
}
