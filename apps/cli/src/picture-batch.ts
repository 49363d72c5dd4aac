import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tensor4d } from '@tensorflow/tfjs-core';
import type { Picture } from '@restok/data';
import { evaluationCrop, readPicture, toUnitRange } from '@restok/data';

/** Pictures beyond this many bytes are read a second time when they are needed. */
const KEPT_BYTES = 256 * 2 ** 20;

/** Reads the picture at a position, at the model's size. */
export type PictureReader = (index: number) => Promise<Picture>;

/** Reads a picture and brings it to the model's size as the reference evaluation does. */
export async function readForModel(path: string, size: number): Promise<Picture> {
  return evaluationCrop(await readPicture(path), size);
}

/**
 * Reads every picture once, so that a bad one is found before anything is computed or written.
 *
 * @throws DataError naming the first bad picture.
 */
export async function readAllForModel(
  paths: readonly string[],
  size: number,
  onRead: (count: number) => void,
): Promise<PictureReader> {
  const kept: Picture[] = [];
  for (const [i, path] of paths.entries()) {
    const picture = await readForModel(path, size);
    if ((i + 1) * picture.pixels.length <= KEPT_BYTES) {
      kept.push(picture);
    }
    onRead(i + 1);
  }
  return async (index) => kept[index] ?? readForModel(paths[index]!, size);
}

/** Some pictures of one size as a batch `[B, H, W, 3]`, owned by the caller. */
export function asBatch(pictures: readonly Picture[]): Tensor4D {
  const { width, height } = pictures[0]!;
  return tensor4d(unitValues(pictures), [pictures.length, height, width, 3]);
}

/** Values in 0 ... 1 of some pictures of one size, `[B, H, W, 3]`, row-major. */
export function unitValues(pictures: readonly Picture[]): Float32Array {
  const length = pictures[0]!.width * pictures[0]!.height * 3;
  const values = new Float32Array(pictures.length * length);
  pictures.forEach((picture, i) => values.set(toUnitRange(picture), i * length));
  return values;
}
