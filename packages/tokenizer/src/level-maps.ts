import type { LevelSchedule, TokenGrid } from '@restok/core';
import { ShapeError } from '@restok/core';
import type { TokenMap } from '@restok/ops';
import { nearestMap, tokenMap } from '@restok/ops';
import { clippedLevelSizes } from './level-embedding';

/**
 * Every level's map nearest-upsampled to the grid, and their sum, or mean when levels are no residuals.
 *
 * @param numLatents of the sequence, whole levels.
 * @throws ShapeError when it ends inside a level.
 */
export function levelMapsToGrid(
  schedule: LevelSchedule,
  grid: TokenGrid,
  numLatents: number,
  sum: boolean,
): TokenMap {
  const sizes = clippedLevelSizes(schedule, numLatents);
  if (sizes.at(-1) !== schedule.levelSizes[sizes.length - 1]) {
    throw new ShapeError(
      `decode: ${numLatents} codes end inside a level, which has no map then. Pass whole levels, or numKept to mask the rest.`,
    );
  }
  const weight = sum ? 1 : 1 / sizes.length;
  const outputs = Array.from({ length: grid.rows * grid.columns }, (_, cell) =>
    sizes.map((_size, level) => {
      const upsample = nearestMap(schedule.levelGrids[level]!, grid);
      return { source: schedule.levelOffsets[level]! + upsample.sources[cell]!, weight };
    }),
  );
  return tokenMap(numLatents, outputs);
}
