import * as tf from '@tensorflow/tfjs-core';
import { seededTensor } from '@restok/testing';

/** One way to run a kernel, which ONNX Runtime must do as TensorFlow.js does. */
export interface EmitterCase {
  /** What is special about it. */
  readonly about?: string;
  /** The graph's input; its first side is open. */
  readonly x: () => tf.Tensor;
  /** @param capacity stands for a size that is known only when the graph runs. */
  readonly run: (x: tf.Tensor, capacity: number) => tf.Tensor;
  /** What TensorFlow.js runs, for kernels that it does not have. */
  readonly reference?: (x: tf.Tensor) => tf.Tensor;
}

/** Cases by the kernel's name. */
export type EmitterCases = Readonly<Record<string, readonly EmitterCase[]>>;

/** A case on random values of a shape. */
export function on(shape: readonly number[], run: (x: tf.Tensor) => tf.Tensor, about?: string): EmitterCase {
  return { about, x: () => seededTensor(1, ...shape), run };
}

/** A case on given numbers `[n]`. */
export function onValues(
  values: readonly number[],
  run: (x: tf.Tensor) => tf.Tensor,
  about?: string,
  dtype: 'float32' | 'int32' = 'float32',
): EmitterCase {
  return { about, x: () => tf.tensor1d([...values], dtype), run };
}

/** A constant of the function. */
export function random<R extends tf.Rank>(...shape: number[]): tf.Tensor<R> {
  return seededTensor(7, ...shape) as tf.Tensor<R>;
}
