import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tensor4d } from '@tensorflow/tfjs-core';
import type { Picture } from '@restok/data';
import { evaluationCrop, fromUnitRange, readPicture, toUnitRange } from '@restok/data';

/** Reads a picture and brings it to the model's size as the reference evaluation does. */
export async function readForModel(path: string, size: number): Promise<Picture> {
  return evaluationCrop(await readPicture(path), size);
}

/** One picture as a batch `[1, H, W, 3]`, owned by the caller. */
export function asBatch(picture: Picture): Tensor4D {
  return tensor4d(toUnitRange(picture), [1, picture.height, picture.width, 3]);
}

/** The single picture of a batch `[1, H, W, 3]`, which is consumed. */
export async function asPicture(batch: Tensor4D): Promise<Picture> {
  const [, height, width] = batch.shape;
  const values = await batch.data();
  batch.dispose();
  return fromUnitRange(values, width, height);
}
