import type { Picture } from '@restok/data';

/** A smaller picture is enlarged to about this width. */
const WIDTH_TO_LOOK_AT = 128;

/** Grids are for looking at: small pictures are shown at twice or more their size, pixel by pixel. */
export function enlarge(picture: Picture): Picture {
  const factor = Math.max(1, Math.floor(WIDTH_TO_LOOK_AT / picture.width));
  const width = picture.width * factor;
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
