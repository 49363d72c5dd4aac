import type { Tensor3D } from '@tensorflow/tfjs-core';
import { areaPoolMap, mixTokens } from '@restok/ops';
import type { LatentInitializationInput } from './index';

/**
 * Pools the flattened image tokens to L, without levels.
 *
 * @returns `[B, L, D]`, owned by the caller.
 * @source method.md, section 4.2 (`latent_hierarchy: false`).
 */
export function flatPooling({ imageTokens, grid, schedule }: LatentInitializationInput): Tensor3D {
  const from = { rows: 1, columns: grid.rows * grid.columns };
  return mixTokens(imageTokens, areaPoolMap(from, { rows: 1, columns: schedule.numLatents }));
}
