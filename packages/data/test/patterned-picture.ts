import type { Picture } from '../src/picture';

/** A picture whose neighbouring samples differ, the same each time. */
export function patterned(width: number, height: number): Picture {
  return {
    width,
    height,
    pixels: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 7) % 256),
  };
}
