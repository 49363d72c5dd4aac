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
 * Values in 0 ... 1 as a picture: clamped and rounded to 8 bits, as reconstructions are before scoring.
 *
 * @param values `[H, W, 3]` row-major.
 * @source method.md, appendix C.
 */
export function fromUnitRange(values: ArrayLike<number>, width: number, height: number): Picture {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    Math.round(Math.min(1, Math.max(0, values[i]!)) * 255),
  );
  return { width, height, pixels };
}
