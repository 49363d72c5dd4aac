import type { Scalar } from '@tensorflow/tfjs-core';
import { dispose, stack } from '@tensorflow/tfjs-core';

/** Values of scalars, which are consumed, read together: a GPU is waited for once. */
export async function scalarValues(scalars: readonly Scalar[]): Promise<number[]> {
  if (scalars.length === 0) {
    return [];
  }
  const together = stack([...scalars]);
  dispose([...scalars]);
  const values = await together.data();
  together.dispose();
  return [...values];
}
