import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { TokenGrid } from '@restok/core';
import { ShapeError } from '@restok/core';

/** Throws ShapeError unless the tokens fill the grid and its width is even. */
export function checkMergeable(caller: string, imageTokens: Tensor3D, grid: TokenGrid): void {
  const numTokens = grid.rows * grid.columns;
  if (imageTokens.shape[1] !== numTokens || grid.columns % 2 !== 0) {
    throw new ShapeError(
      `${caller}: imageTokens must be [B, ${numTokens}, D] on a grid of even width, got [${imageTokens.shape.join(', ')}] on ${grid.rows} x ${grid.columns}. Use fewer hierarchy_stages.`,
    );
  }
}
