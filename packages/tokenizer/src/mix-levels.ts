import { ShapeError } from '@restok/core';

/**
 * Takes some levels of one picture's indices and the rest of another's.
 *
 * @param first `[L]` indices whose named levels are kept.
 * @param second `[L]` indices of the other picture.
 * @param levelSizes latents per level, coarsest first.
 * @param levels levels of `first` to keep.
 * @returns `[L]` new indices.
 * @throws ShapeError when a level does not exist or the lengths differ.
 */
export function mixLevels(
  first: Int32Array,
  second: Int32Array,
  levelSizes: readonly number[],
  levels: readonly number[],
): Int32Array {
  const unknown = levels.find((level) => !Number.isInteger(level) || level < 0 || level >= levelSizes.length);
  if (unknown !== undefined || first.length !== second.length) {
    throw new ShapeError(
      `mixLevels: levels must be in 0 ... ${levelSizes.length - 1} and both pictures have as many latents, got level ${unknown}, ${first.length} and ${second.length} latents. Encode both with the same model.`,
    );
  }
  const mixed = Int32Array.from(second);
  let start = 0;
  levelSizes.forEach((size, level) => {
    if (levels.includes(level)) {
      mixed.set(first.subarray(start, start + size), start);
    }
    start += size;
  });
  return mixed;
}
