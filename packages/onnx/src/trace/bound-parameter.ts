import type { Tensor } from '@tensorflow/tfjs-core';
import type { Module } from '@restok/ops';

/** A tensor that a graph stores under a given name; its values are read when the graph is written. */
export interface BoundParameter {
  readonly name: string;
  readonly tensor: Tensor;
  /** Shape in the file. */
  readonly storedShape: readonly number[];
  /** Whether the file has [O, I, k, k] where the tensor is [k, k, I, O]. */
  readonly isPublishedFilter: boolean;
  /** Values in the order of the stored shape. */
  values(): Promise<Float32Array>;
}

/** The parameters of a module under their published names. Filters keep their published order, which is ONNX's too. */
export function boundParameters(module: Module): BoundParameter[] {
  return [...module.namedParameters()].map(([name, parameter]) => {
    const isPublishedFilter = parameter.layout === 'convolution';
    return {
      name,
      tensor: parameter.value,
      storedShape: isPublishedFilter ? parameter.publishedShape : parameter.shape,
      isPublishedFilter,
      values: async () =>
        isPublishedFilter ? parameter.published() : ((await parameter.value.data()) as Float32Array),
    };
  });
}

/** Tensors of any function under names of one's own. */
export function namedTensors(tensors: Readonly<Record<string, Tensor>>): BoundParameter[] {
  return Object.entries(tensors).map(([name, tensor]) => ({
    name,
    tensor,
    storedShape: tensor.shape,
    isPublishedFilter: false,
    values: async () => (await tensor.data()) as Float32Array,
  }));
}
