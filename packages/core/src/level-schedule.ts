import { ConfigError, ShapeError } from './errors';

/** Tokens of one level arranged as a picture, row-major. */
export interface TokenGrid {
  readonly rows: number;
  readonly columns: number;
}

/** The levels of `numLatents` latents: how many each holds, where it starts, how it pools the image. */
export interface LevelSchedule {
  readonly numLatents: number;
  /** Latents per level, coarsest first: 1, 1, 2, 4, ... */
  readonly levelSizes: readonly number[];
  /** Index of each level's first latent. */
  readonly levelOffsets: readonly number[];
  /** Pooling grid of each level. */
  readonly levelGrids: readonly TokenGrid[];
}

/**
 * Splits L latents into levels whose prefixes have 1, 2, 4, ..., L latents.
 *
 * @param numLatents L, a power of two of at least 2.
 * @throws ConfigError when L is not such a power.
 * @source ResTok, section 3 (hierarchical latents); method.md, section 1.
 */
export function levelSchedule(numLatents: number): LevelSchedule {
  if (!isPowerOfTwo(numLatents) || numLatents < 2) {
    throw new ConfigError(
      `levelSchedule: numLatents must be a power of two of at least 2, got ${numLatents}. Use 32, 64, 128 or 256.`,
    );
  }
  const levelSizes = [1];
  const levelOffsets = [0];
  for (let size = 1; size < numLatents; size *= 2) {
    levelSizes.push(size);
    levelOffsets.push(size);
  }
  return { numLatents, levelSizes, levelOffsets, levelGrids: levelSizes.map(poolingGrid) };
}

/**
 * The pooling grid of a level: 1 is 1x1, 2 is 1x2, 4 is 2x2, 8 is 2x4; columns double first.
 *
 * @param size latents of the level, a power of two.
 * @throws ShapeError when it is not.
 */
export function poolingGrid(size: number): TokenGrid {
  if (!isPowerOfTwo(size)) {
    throw new ShapeError(
      `poolingGrid: size must be a power of two, got ${size}. Pass the size of a level of levelSchedule.`,
      { size },
    );
  }
  const doublings = Math.log2(size);
  const columns = 2 ** Math.ceil(doublings / 2);
  return { rows: size / columns, columns };
}

/** Whether `value` is 1, 2, 4, 8, ... */
export function isPowerOfTwo(value: number): boolean {
  return value > 0 && 2 ** Math.round(Math.log2(value)) === value && Number.isInteger(value);
}

/**
 * The level that latent `index` belongs to.
 *
 * @throws ShapeError when the schedule has no such latent.
 */
export function levelOfLatent(schedule: LevelSchedule, index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= schedule.numLatents) {
    throw new ShapeError(
      `levelOfLatent: index must be in 0 ... ${schedule.numLatents - 1}, got ${index}. Use the schedule of this model.`,
      { index },
    );
  }
  return index === 0 ? 0 : Math.floor(Math.log2(index)) + 1;
}
