import { ShapeError } from '@restok/core';
import type { PictureDataset } from '@restok/data/browser';
import type { PagePicture } from '../engine/engine-api';
import { toUnitPixels } from './open-picture';

/**
 * Pictures in memory as a data set; in training each is mirrored half of the time.
 *
 * @throws ShapeError when there are none.
 */
export function memoryDataset(pictures: readonly PagePicture[]): PictureDataset {
  const [first] = pictures;
  if (first === undefined) {
    throw new ShapeError(
      'memoryDataset: there must be at least one picture, got none. Choose another folder.',
    );
  }
  const values = pictures.map(toUnitPixels);
  const { side } = first;
  return {
    size: side,
    count: pictures.length,
    classNames: ['picture'],
    label: () => 0,
    name: (index) => `picture ${index + 1}`,
    read: (indices, options) => {
      const size = side * side * 3;
      const batch = new Float32Array(indices.length * size);
      Array.from(indices).forEach((index, i) => {
        const isMirrored = options?.random !== undefined && options.random.uniform() < 0.5;
        batch.set(isMirrored ? mirrored(values[index]!, side) : values[index]!, i * size);
      });
      return Promise.resolve(batch);
    },
  };
}

function mirrored(values: Float32Array, side: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += 3) {
    const column = (at / 3) % side;
    const from = at + (side - 1 - 2 * column) * 3;
    turned.set(values.subarray(from, from + 3), at);
  }
  return turned;
}
