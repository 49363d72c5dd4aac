import sharp from 'sharp';
import { writeAtomically } from './atomic-file';
import type { Picture } from './picture';

/** Writes a PNG; it appears complete or not at all. */
export async function writePng(path: string, picture: Picture): Promise<void> {
  const { width, height, pixels } = picture;
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  await writeAtomically(path, async (partialPath) => {
    await image.png().toFile(partialPath);
  });
}
