import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { TokenGrid } from '@restok/core';
import { areaPoolMap, mixTokens } from '@restok/ops';
import { checkMergeable } from './check-mergeable';

/**
 * Mean of each two neighbouring image tokens in a row, as the paper describes merging.
 *
 * @param imageTokens `[B, P, D]` float32, row-major, P = rows × columns.
 * @param grid token grid before merging, in tokens.
 * @returns `[B, P/2, D]`, owned by the caller.
 * @throws ShapeError when P is not rows × columns, or columns is odd.
 * @source ResTok, Fig. 2c (residual merging block).
 */
export function averagePool(imageTokens: Tensor3D, grid: TokenGrid): Tensor3D {
  checkMergeable('averagePool', imageTokens, grid);
  return mixTokens(imageTokens, areaPoolMap(grid, { rows: grid.rows, columns: grid.columns / 2 }));
}
