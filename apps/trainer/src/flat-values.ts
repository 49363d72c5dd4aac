import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';
import type { Parameter } from '@restok/ops';

/** Values of several tensors, one after the other. */
export function valuesOf(tensors: readonly Tensor[]): Float32Array {
  const values = new Float32Array(tensors.reduce((total, { size }) => total + size, 0));
  let start = 0;
  for (const each of tensors) {
    values.set(each.dataSync(), start);
    start += each.size;
  }
  return values;
}

/** The inverse of {@link valuesOf} for tensors shaped like some parameters; owned by the caller. */
export function tensorsOf(values: Float32Array, parameters: readonly Parameter[]): Tensor[] {
  let start = 0;
  return parameters.map(({ shape, size }) => {
    const part = tensor(values.slice(start, start + size), [...shape], 'float32');
    start += size;
    return part;
  });
}

/** Sets parameters from what {@link valuesOf} gave. */
export function readValues(values: Float32Array, parameters: readonly Parameter[]): void {
  const tensors = tensorsOf(values, parameters);
  parameters.forEach((parameter, i) => parameter.replace(tensors[i]!));
}
