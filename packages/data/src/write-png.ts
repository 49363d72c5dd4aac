import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { writeAtomically } from './atomic-file';
import type { Picture } from './picture';
import { checkPicture } from './picture';

/**
 * Writes a PNG; it appears complete or not at all.
 *
 * @throws ShapeError when the pixels do not fill the picture, DataError when the file system refuses.
 */
export async function writePng(path: string, picture: Picture): Promise<void> {
  checkPicture('writePng', picture);
  const { width, height, pixels } = picture;
  const png = await sharp(pixels, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .png()
    .toBuffer();
  await writeAtomically(path, (partialPath) => writeFile(partialPath, png));
}
