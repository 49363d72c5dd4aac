import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';

/** Something that the native kernels compute, on inputs that a seed makes the same on every backend. */
export interface KernelCase {
  readonly name: string;
  /** Runs on the current backend; outputs are owned by the caller. */
  run(): Tensor[];
}

/** Draws inputs: `draw(2, 3)` is a `[2, 3]` tensor of normal values. */
export type Draw = (...shape: number[]) => Tensor;

/** A case of that name. */
export function kernelCase(name: string, build: (draw: Draw) => Tensor | Tensor[]): KernelCase {
  return {
    name,
    run: () =>
      tidy(() => {
        const random = new Random(7).fork(name);
        const outputs = build((...shape) => {
          const size = shape.reduce((product, side) => product * side, 1);
          return tensor(
            Float32Array.from({ length: size }, () => random.normal()),
            shape,
          );
        });
        return Array.isArray(outputs) ? outputs : [outputs];
      }),
  };
}

export const vector = (draw: Draw, size: number): Tensor1D => draw(size) as Tensor1D;
export const matrix = (draw: Draw, rows: number, columns: number): Tensor2D =>
  draw(rows, columns) as Tensor2D;
