import type { Tensor3D } from '@tensorflow/tfjs-core';
import { concat, sub, tidy } from '@tensorflow/tfjs-core';
import { areaPoolMap, mixTokens, nearestMap } from '@restok/ops';
import type { LatentInitializationInput } from './index';

/**
 * Every level pools what the coarser levels left: z_n = pool(r), r = r - upsample(z_n), r = p at first.
 *
 * @returns `[B, L, D]`, owned by the caller.
 * @source ResTok, section 3 (hierarchical residual latents); method.md, section 4.2.
 */
export function residualLevelPooling({ imageTokens, grid, schedule }: LatentInitializationInput): Tensor3D {
  return tidy(() => {
    let residual = imageTokens;
    const levels: Tensor3D[] = [];
    for (const levelGrid of schedule.levelGrids) {
      const pooled = mixTokens(residual, areaPoolMap(grid, levelGrid)); // [B, n, D]
      residual = sub(residual, mixTokens(pooled, nearestMap(levelGrid, grid)));
      levels.push(pooled);
    }
    return concat(levels, 1);
  });
}

/**
 * Every level pools the image tokens themselves.
 *
 * @returns `[B, L, D]`, owned by the caller.
 * @source method.md, section 4.2 (`residual_latent_tokens: false`).
 */
export function levelPooling({ imageTokens, grid, schedule }: LatentInitializationInput): Tensor3D {
  return tidy(() => {
    const levels = schedule.levelGrids.map((levelGrid) =>
      mixTokens(imageTokens, areaPoolMap(grid, levelGrid)),
    );
    return concat(levels, 1);
  });
}
