/** More at once take no less time. */
const MOST = 16;

/** Their pixels, which the memory needed grows with: 16 pictures of 64 x 64, one of 256 x 256. */
const PIXELS = 16 * 64 * 64;

/** How many pictures of a size go through a tokenizer at once. */
export function picturesPerPass(size: number): number {
  return Math.min(MOST, Math.max(1, Math.floor(PIXELS / size ** 2)));
}
