import type { Random } from '@restok/core/random';
import type { Picture } from './picture';

/** The orders of red, green and blue but for their own. */
const OTHER_ORDERS = [
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/**
 * A picture whose red, green and blue have changed places: other colours, the same shapes and the same greys.
 *
 * Keeps a model that sees few pictures many times from learning them by heart. Not of the paper.
 */
export function exchangeColors(picture: Picture, random: Random): Picture {
  const [red, green, blue] = OTHER_ORDERS[random.integer(OTHER_ORDERS.length)]!;
  const source = picture.pixels;
  const pixels = new Uint8Array(source.length);
  for (let at = 0; at < source.length; at += 3) {
    pixels[at] = source[at + red]!;
    pixels[at + 1] = source[at + green]!;
    pixels[at + 2] = source[at + blue]!;
  }
  return { ...picture, pixels };
}
