import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { concat, expandDims, slice, tidy } from '@tensorflow/tfjs-core';
import type { LevelSchedule } from '@restok/core';
import type { Parameter, TokenMap } from '@restok/ops';
import { mixTokens, Module, normal, tokenMap } from '@restok/ops';

/** Learned vectors of each level, added to its latents: `<name>.{k}`, `[1, D]` each. */
export class LevelEmbeddings extends Module {
  private readonly levels: Parameter[];
  private readonly repeatMaps = new Map<number, TokenMap>();

  constructor(numLevels: number, width: number) {
    super();
    this.levels = Array.from({ length: numLevels }, (_, k) =>
      this.parameter(`${k}`, [1, width], normal(width ** -0.5)),
    );
  }

  /** The vector of one level, `[1, D]`, owned by this module. */
  of(level: number): Tensor2D {
    return this.levels[level]!.as<Tensor2D>();
  }

  /**
   * One vector per latent.
   *
   * @param numLatents how many leading latents.
   * @returns `[1, numLatents, D]`, owned by the caller.
   */
  perLatent(schedule: LevelSchedule, numLatents: number): Tensor3D {
    let map = this.repeatMaps.get(numLatents);
    if (map === undefined) {
      map = repeatMap(clippedLevelSizes(schedule, numLatents));
      this.repeatMaps.set(numLatents, map);
    }
    const repeat = map;
    return tidy(() => {
      const vectors = Array.from({ length: repeat.numInputs }, (_, level) => this.of(level));
      return mixTokens(expandDims(concat(vectors, 0), 0) as Tensor3D, repeat);
    });
  }
}

/** Output t copies the level that holds latent t. */
function repeatMap(levelSizes: readonly number[]): TokenMap {
  const outputs = levelSizes.flatMap((size, level) =>
    Array.from({ length: size }, () => [{ source: level, weight: 1 }]),
  );
  return tokenMap(levelSizes.length, outputs);
}

/** Level sizes of the first `numLatents` latents; the last level may be cut short. */
export function clippedLevelSizes(schedule: LevelSchedule, numLatents: number): number[] {
  const sizes: number[] = [];
  for (const [level, offset] of schedule.levelOffsets.entries()) {
    if (offset < numLatents) {
      sizes.push(Math.min(schedule.levelSizes[level]!, numLatents - offset));
    }
  }
  return sizes;
}

/** Applies one layer per level to that level's part of `[B, L, X]` and joins the results. */
export function mapLevels(
  x: Tensor3D,
  schedule: LevelSchedule,
  layerOfLevel: (part: Tensor3D, level: number) => Tensor3D,
): Tensor3D {
  return tidy(() => {
    const [batch, numLatents, width] = x.shape;
    const parts = clippedLevelSizes(schedule, numLatents).map((size, level) =>
      layerOfLevel(slice(x, [0, schedule.levelOffsets[level]!, 0], [batch, size, width]), level),
    );
    return concat(parts, 1);
  });
}
