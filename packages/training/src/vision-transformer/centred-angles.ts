import type { TokenGrid } from '@restok/core';

/** Base of the periods of DINOv3. */
const BASE = 100;

/**
 * Cosines and sines of DINOv3's rotary positions. The centre of a patch lies at 2 (i + ½) / n - 1 on each axis; a
 * quarter of the head's channels turns by the row, a quarter by the column, at periods 100^(2j / (Dh/2)), and the
 * second half of the channels repeats the first.
 *
 * @param prefixTokens tokens before the patches, which are not turned.
 * @returns `[prefix + P, Dh]` each, row-major.
 * @source Siméoni et al., arXiv 2508.10104.
 */
export function centredAngles(
  grid: TokenGrid,
  headWidth: number,
  prefixTokens: number,
): { cos: Float32Array; sin: Float32Array } {
  const periods = headWidth / 4;
  const numTokens = prefixTokens + grid.rows * grid.columns;
  const cos = new Float32Array(numTokens * headWidth).fill(1);
  const sin = new Float32Array(numTokens * headWidth);
  const centre = (index: number, length: number): number => (2 * (index + 0.5)) / length - 1;
  for (let patch = 0; patch < grid.rows * grid.columns; patch++) {
    const coordinates = [
      centre(Math.floor(patch / grid.columns), grid.rows),
      centre(patch % grid.columns, grid.columns),
    ];
    for (let channel = 0; channel < headWidth; channel++) {
      const pair = channel % (headWidth / 2);
      const coordinate = coordinates[Math.floor(pair / periods)]!;
      const angle = (2 * Math.PI * coordinate) / BASE ** ((2 * (pair % periods)) / (headWidth / 2));
      const at = (prefixTokens + patch) * headWidth + channel;
      cos[at] = Math.cos(angle);
      sin[at] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
