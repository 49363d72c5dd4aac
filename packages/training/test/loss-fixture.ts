import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';
import type { WeightReader } from '@restok/core';
import type { FixtureTensor } from '@restok/testing';
import { channelsLast, weightReader } from '@restok/testing';

/** A stored tensor as it is. */
export function storedTensor({ shape, values }: FixtureTensor): Tensor {
  return tensor(values.slice(), [...shape]);
}

/** Stored pictures `[B, C, H, W]` as `[B, H, W, C]`. */
export function storedPictures(stored: FixtureTensor): Tensor4D {
  return channelsLast(storedTensor(stored)) as Tensor4D;
}

/** The stored tensors whose names begin with a prefix, without it. */
export function weightsBelow(tensors: ReadonlyMap<string, FixtureTensor>, prefix: string): WeightReader {
  return weightReader(
    new Map(
      [...tensors].flatMap(([name, stored]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), stored] as const] : [],
      ),
    ),
  );
}

/** Losses are sums of the same float32 terms in another order. */
export const LOSS_TOLERANCE = 1e-5;

/** Gradients of one block, relative L2: the same sums, where signs and maxima near ties may fall otherwise. */
export const BLOCK_GRADIENT_TOLERANCE = 5e-4;
