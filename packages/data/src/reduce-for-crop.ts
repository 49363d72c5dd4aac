import type { Picture } from './picture';

/** A picture on its way to a size at which it is cropped. */
export interface ReducedPicture {
  readonly reduced: Picture;
  /** Sides to resize it to. */
  readonly width: number;
  readonly height: number;
}

/**
 * The first half of the resizing for training: halved with a box filter while its shorter side is twice the
 * wanted one or more; what is left to do is a bicubic resize to the sides that come with it.
 *
 * @param shorter the wanted shorter side.
 * @source method.md, appendix C.
 */
export function reduceForCrop(picture: Picture, shorter: number): ReducedPicture {
  let reduced = picture;
  while (Math.min(reduced.width, reduced.height) >= 2 * shorter) {
    reduced = halve(reduced);
  }
  const scale = shorter / Math.min(reduced.width, reduced.height);
  return { reduced, width: Math.round(reduced.width * scale), height: Math.round(reduced.height * scale) };
}

/** Mean of every 2 x 2 square; an odd last row or column is dropped. */
function halve(picture: Picture): Picture {
  const width = Math.floor(picture.width / 2);
  const height = Math.floor(picture.height / 2);
  const pixels = new Uint8Array(width * height * 3);
  const rowLength = picture.width * 3;
  for (let row = 0; row < height; row++) {
    for (let i = 0; i < width * 3; i++) {
      const from = 2 * row * rowLength + Math.floor(i / 3) * 6 + (i % 3);
      const upper = picture.pixels[from]! + picture.pixels[from + 3]!;
      const lower = picture.pixels[from + rowLength]! + picture.pixels[from + rowLength + 3]!;
      pixels[row * width * 3 + i] = Math.floor((upper + lower + 2) / 4);
    }
  }
  return { width, height, pixels };
}
