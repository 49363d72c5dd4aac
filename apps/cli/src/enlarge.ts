import type { Picture } from '@restok/data';

/** A smaller picture is enlarged to about this width. */
const WIDTH_TO_LOOK_AT = 128;

/** The width that a picture of this width is shown at. */
export function enlargedWidth(width: number): number {
  return width * Math.max(1, Math.floor(WIDTH_TO_LOOK_AT / width));
}

/** Grids are for looking at: small pictures are shown at twice or more their size, pixel by pixel. */
export function enlarge(picture: Picture): Picture {
  const width = enlargedWidth(picture.width);
  const factor = width / picture.width;
  const height = picture.height * factor;
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (Math.floor(row / factor) * picture.width + Math.floor(column / factor)) * 3;
      pixels.set(picture.pixels.subarray(from, from + 3), (row * width + column) * 3);
    }
  }
  return { width, height, pixels };
}
