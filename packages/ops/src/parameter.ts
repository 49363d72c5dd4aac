import type { Tensor } from '@tensorflow/tfjs-core';
import { keep, tensor } from '@tensorflow/tfjs-core';
import { CheckpointError, ShapeError } from '@restok/core';
import type { Initializer } from './initializers';
import type { ParameterLayout } from './parameter-layout';
import { fromPublishedLayout, parameterLayouts, toPublishedLayout } from './parameter-layout';

/** A named weight of a module. Holds no memory until it is initialised or loaded. */
export class Parameter {
  /** Shape in published files (PyTorch order). */
  readonly publishedShape: readonly number[];
  /** Shape in memory here. */
  readonly shape: readonly number[];
  private current: Tensor | undefined;

  constructor(
    publishedShape: readonly number[],
    readonly initializer: Initializer,
    readonly layout: ParameterLayout = 'plain',
  ) {
    this.publishedShape = publishedShape;
    this.shape = parameterLayouts[layout].shape(publishedShape);
  }

  get size(): number {
    return this.shape.reduce((product, side) => product * side, 1);
  }

  /** The tensor, owned by this parameter; never dispose it. */
  get value(): Tensor {
    if (this.current === undefined) {
      throw new CheckpointError(
        'Parameter: value was read before the model was initialised or loaded, or after it was disposed. Pass a seed or load weights first, and dispose last.',
      );
    }
    return this.current;
  }

  /** The value as the type its user knows it to have, for instance `Tensor2D`. */
  as<T extends Tensor>(): T {
    return this.value as T;
  }

  /** Takes ownership of a new value and frees the old one. */
  replace(value: Tensor): void {
    if (value.shape.join() !== this.shape.join()) {
      throw new ShapeError(
        `Parameter.replace: value must be [${this.shape.join(', ')}], got [${value.shape.join(', ')}]. Load a model of this size.`,
      );
    }
    const previous = this.current;
    this.current = keep(value);
    if (previous !== value) {
      previous?.dispose();
    }
  }

  /** Like {@link replace} where the old value was consumed by the operation that made the new one. */
  replaceConsumed(value: Tensor): void {
    this.current = keep(value);
  }

  /** Copies in values in published order; ShapeError when their number is wrong. */
  load(values: Float32Array): void {
    this.replace(this.fromPublished(values));
  }

  /** Values in published order. */
  published(): Promise<Float32Array> {
    return this.toPublished(this.value);
  }

  /** Values in published order as a tensor of this parameter's layout, kept, owned by the caller. */
  fromPublished(values: Float32Array): Tensor {
    if (values.length !== this.size) {
      throw new ShapeError(
        `Parameter: values must be ${this.size} for [${this.publishedShape.join(', ')}], got ${values.length}. Load a model of this size.`,
      );
    }
    const ordered = fromPublishedLayout(values, this.publishedShape, this.layout);
    // The CPU backend keeps the array that it is given.
    return keep(tensor(ordered === values ? values.slice() : ordered, [...this.shape], 'float32'));
  }

  /** A tensor of this parameter's layout, for instance an average of it, as values in published order. */
  async toPublished(value: Tensor): Promise<Float32Array> {
    const values = (await value.data()) as Float32Array;
    return toPublishedLayout(values, this.publishedShape, this.layout);
  }

  dispose(): void {
    this.current?.dispose();
    this.current = undefined;
  }
}
