import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { TokenGrid } from '@restok/core';
import { mixTokens, nearestMap1d } from '@restok/ops';
import { checkMergeable } from './check-mergeable';

/**
 * Keeps the first of each two neighbouring image tokens in a row, halving the grid's width.
 *
 * @param imageTokens `[B, P, D]` float32, row-major, P = rows × columns.
 * @param grid token grid before merging, in tokens.
 * @returns `[B, P/2, D]`, owned by the caller.
 * @throws ShapeError when P is not rows × columns, or columns is odd.
 * @source ResTok, Fig. 2c (residual merging block); method.md, section 4.
 * @asIs The paper says average pooling (`averagePool`); the published model does this.
 */
export function everySecond(imageTokens: Tensor3D, grid: TokenGrid): Tensor3D {
  checkMergeable('everySecond', imageTokens, grid);
  const numTokens = imageTokens.shape[1];
  return mixTokens(imageTokens, nearestMap1d(numTokens, numTokens / 2));
}
