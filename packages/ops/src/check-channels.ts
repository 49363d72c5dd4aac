import type { Tensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';

/**
 * Checks that vectors hold one value per channel. A fast kernel reads them without looking at their size.
 *
 * @param where the function that was called.
 * @param vectors by the names of its arguments; those that are undefined are left out.
 * @throws ShapeError naming the first that does not.
 */
export function checkChannels(
  where: string,
  channels: number,
  vectors: Readonly<Record<string, Tensor | undefined>>,
): void {
  for (const [name, vector] of Object.entries(vectors)) {
    if (vector !== undefined && (vector.rank !== 1 || vector.shape[0] !== channels)) {
      throw new ShapeError(
        `${where}: ${name} must be [${channels}], got [${vector.shape.join(', ')}]. Pass one value per channel.`,
        { shape: vector.shape },
      );
    }
  }
}
