import type { PictureFormat } from './picture-format';

/** One channel of a picture, row-major, in double precision. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

/** Splits a channels-last picture into one plane per channel. */
export function channelPlanes(picture: ArrayLike<number>, format: Required<PictureFormat>): Plane[] {
  const { height, width, channels } = format;
  return Array.from({ length: channels }, (_, channel) => ({
    height,
    width,
    values: Float64Array.from({ length: height * width }, (_, pixel) => picture[pixel * channels + channel]!),
  }));
}

/** The product of two planes, value by value. */
export function multiplyPlanes(a: Plane, b: Plane): Plane {
  return { ...a, values: a.values.map((value, i) => value * b.values[i]!) };
}

/**
 * Halves a plane by averaging 2x2 blocks.
 *
 * @asIs A side of odd length is padded with one zero on either side, and the zeros count in the average; one
 * would expect the border to be averaged over the pixels that exist.
 * @source `avg_pool2d(x, 2, padding = side % 2)` in the published MS-SSIM (pytorch-msssim).
 */
export function halvePlane(plane: Plane): Plane {
  const paddingRows = plane.height % 2;
  const paddingColumns = plane.width % 2;
  const height = (plane.height + paddingRows) / 2;
  const width = (plane.width + paddingColumns) / 2;
  const pixel = (row: number, column: number): number =>
    row < 0 || column < 0 ? 0 : plane.values[row * plane.width + column]!;
  const values = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const top = 2 * row - paddingRows;
      const left = 2 * column - paddingColumns;
      const sum = pixel(top, left) + pixel(top, left + 1) + pixel(top + 1, left) + pixel(top + 1, left + 1);
      values[row * width + column] = sum / 4;
    }
  }
  return { height, width, values };
}
