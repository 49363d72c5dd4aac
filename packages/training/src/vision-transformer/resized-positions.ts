import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { concat, reshape, slice, tidy } from '@tensorflow/tfjs-core';
import type { TokenGrid } from '@restok/core';
import { antialiasedBicubicMatrix } from '../resampling/axis-matrices';
import { mixRowsAndColumns } from '../resampling/mix-axis';

/**
 * Learned positions for another grid, resized as timm does.
 *
 * @param table `[1, before + side * side, D]`: positions of what stands before the patches, and those of a square
 *   of patches, row-major.
 * @returns `[1, before + rows * columns, D]`, owned by the caller.
 */
export function resizedPositions(table: Tensor3D, grid: TokenGrid): Tensor3D {
  const [, numPositions, width] = table.shape;
  const side = Math.floor(Math.sqrt(numPositions));
  const before = numPositions - side * side;
  if (grid.rows === side && grid.columns === side) {
    return table.clone();
  }
  return tidy(() => {
    const map: Tensor4D = reshape(slice(table, [0, before, 0], [1, side * side, width]), [
      1,
      side,
      side,
      width,
    ]);
    const resized = mixRowsAndColumns(
      map,
      antialiasedBicubicMatrix(side, grid.rows),
      antialiasedBicubicMatrix(side, grid.columns),
    );
    const rows: Tensor3D = reshape(resized, [1, grid.rows * grid.columns, width]);
    const first = slice(table, [0, 0, 0], [1, before, width]);
    return before === 0 ? rows : concat([first, rows], 1);
  });
}
