import type { PagePicture } from '../engine/engine-api';

const LARGEST = 255;
const CHANNELS = 3;

/** Peak signal-to-noise ratio of two pictures as shown, in decibels; Infinity when they are equal. */
export function psnrOf(first: PagePicture, second: PagePicture): number {
  let squared = 0;
  for (let i = 0; i < first.rgba.length; i++) {
    // Alpha is the same everywhere and adds nothing.
    squared += (first.rgba[i]! - second.rgba[i]!) ** 2;
  }
  const count = (first.rgba.length / 4) * CHANNELS;
  return 10 * Math.log10((LARGEST ** 2 * count) / squared);
}

/** How far two pictures are apart in each pixel, 0 ... 1, averaged over the channels. */
export function differenceMap(first: PagePicture, second: PagePicture): Float32Array {
  const map = new Float32Array(first.rgba.length / 4);
  for (let i = 0; i < map.length; i++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      map[i]! += Math.abs(first.rgba[i * 4 + channel]! - second.rgba[i * 4 + channel]!);
    }
    map[i]! /= CHANNELS * LARGEST;
  }
  return map;
}

/** How far two pictures are apart, 0 ... 1: the mean of {@link differenceMap}. */
export function meanDifference(first: PagePicture, second: PagePicture): number {
  const map = differenceMap(first, second);
  return map.reduce((sum, value) => sum + value, 0) / map.length;
}

/** A map of 0 ... 1 as a picture from black to white; `gain` makes small values visible. */
export function mapPicture(map: Float32Array, side: number, gain: number): PagePicture {
  const rgba = new Uint8ClampedArray(map.length * 4).fill(LARGEST);
  map.forEach((value, i) => rgba.fill(Math.min(1, value * gain) * LARGEST, i * 4, i * 4 + CHANNELS));
  return { side, rgba };
}

/** A map as a veil of one colour, to lay over a picture: clear where it is 0. */
export function veil(
  map: Float32Array,
  side: number,
  { colour, gain }: { readonly colour: readonly [number, number, number]; readonly gain: number },
): PagePicture {
  const rgba = new Uint8ClampedArray(map.length * 4);
  map.forEach((value, i) => rgba.set([...colour, Math.min(1, value * gain) * LARGEST], i * 4));
  return { side, rgba };
}

/** A map of a coarse grid, each cell repeated over its share of a square. */
export function enlargeMap(map: Float32Array, rows: number, columns: number, side: number): Float32Array {
  return Float32Array.from({ length: side * side }, (_, at) => {
    const row = Math.floor((Math.floor(at / side) * rows) / side);
    const column = Math.floor(((at % side) * columns) / side);
    return map[row * columns + column]!;
  });
}
