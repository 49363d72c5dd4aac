import { ShapeError } from '@restok/core/errors';

/** An 8-bit RGB picture, row-major, three values a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Pixels as the models take them: `[H, W, 3]` float32 in 0 ... 1. */
export function toUnitRange(picture: Picture): Float32Array {
  return Float32Array.from(picture.pixels, (value) => value / 255);
}

/**
 * Values in 0 ... 1 as a picture: clamped and rounded to 8 bits, as reconstructions are before scoring. NaN
 * becomes 0.
 *
 * @param values `[H, W, 3]` row-major.
 * @throws ShapeError when there are more or fewer values.
 * @source method.md, appendix C.
 */
export function fromUnitRange(values: ArrayLike<number>, width: number, height: number): Picture {
  const pixels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    pixels[i] = Math.round(Math.min(1, Math.max(0, values[i]!)) * 255);
  }
  const picture = { width, height, pixels };
  checkPicture('fromUnitRange', picture);
  return picture;
}

/**
 * Checks that pixels fill their picture.
 *
 * @param caller what the error calls the function that was given the picture.
 * @throws ShapeError otherwise.
 */
export function checkPicture(caller: string, { width, height, pixels }: Picture): void {
  checkSides(caller, width, height);
  if (pixels.length !== width * height * 3) {
    throw new ShapeError(
      `${caller}: pixels must be [${height}, ${width}, 3], ${width * height * 3} values, got ${pixels.length}. Check width and height.`,
      { width, height, values: pixels.length },
    );
  }
}

/**
 * Checks the sides of a picture.
 *
 * @throws ShapeError unless both are whole numbers from 1.
 */
export function checkSides(caller: string, width: number, height: number): void {
  if (![width, height].every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new ShapeError(
      `${caller}: width and height must be whole numbers from 1, got ${width} x ${height}. Pass the size in pixels.`,
      { width, height },
    );
  }
}
