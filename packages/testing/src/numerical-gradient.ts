import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose, grads, tensor, tidy } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import { expectClose } from './expect-close';

/** A function of tensors whose gradient is tested. */
export type TensorFunction = (inputs: Tensor[]) => Tensor;

/** How far apart the points of {@link numericalGradient} lie. */
const DISTANCE = 0.05;

/** Distances in units of {@link DISTANCE}, with the weights of the five-point formula times 12. */
const POINTS = [
  [-2, 1],
  [-1, -8],
  [1, 8],
  [2, -1],
] as const;

/**
 * Gradients agree with numerical ones to this share of the largest. Each point is rounded to float32 (6e-8),
 * which the formula divides by the distance: about 2e-6 for sums of a few terms near 1, ten times that for sums
 * of dozens. Its own error, the distance to the fourth over 30, is of the same size for fifth derivatives of 10.
 */
const NUMERICAL_GRADIENT_TOLERANCE = 2e-4;

/**
 * Gradients of Σ upstream · f(inputs) by the five-point formula, added up in double precision.
 *
 * @param inputs not changed; a few dozen elements, as each takes four evaluations.
 * @param upstream one value for each of f's output, the gradient that arrives there.
 * @returns one array per input, in its order.
 */
export function numericalGradient(
  compute: TensorFunction,
  inputs: readonly Tensor[],
  upstream: ArrayLike<number>,
): Float64Array[] {
  const values = inputs.map((input) => Float32Array.from(input.dataSync()));
  const evaluate = (): number =>
    tidy(() => {
      const output = compute(inputs.map((input, i) => tensor(values[i]!.slice(), input.shape))).dataSync();
      return Array.from(output, (value, i) => value * upstream[i]!).reduce((sum, term) => sum + term, 0);
    });
  return values.map((array) =>
    Float64Array.from(array, (original, element) => {
      let total = 0;
      for (const [steps, weight] of POINTS) {
        array[element] = original + steps * DISTANCE;
        total += weight * evaluate();
      }
      array[element] = original;
      return total / (12 * DISTANCE);
    }),
  );
}

/** Expects the gradients of a function to be its numerical ones, for a random upstream gradient. */
export function expectGradients(
  compute: TensorFunction,
  inputs: readonly Tensor[],
  tolerance = NUMERICAL_GRADIENT_TOLERANCE,
): void {
  tidy(() => {
    const upstream = seededTensor(99, ...compute([...inputs]).shape);
    const expected = numericalGradient(compute, inputs, upstream.dataSync());
    const actual = grads((...xs: Tensor[]) => compute(xs))([...inputs], upstream);
    actual.forEach((gradient, i) => {
      expectClose(gradient, expected[i]!, tolerance, `gradient of input ${i}`);
    });
  });
}

/** Runs a function forward, and forward and backward, and frees what it returns: to count what is left. */
export function runWithGradients(compute: TensorFunction, inputs: readonly Tensor[]): void {
  compute([...inputs]).dispose();
  dispose(grads((...xs: Tensor[]) => compute(xs))([...inputs]));
}

/** Normal values that are the same on every backend, owned by the caller. */
export function seededTensor(seed: number, ...shape: number[]): Tensor {
  const random = new Random(seed);
  const size = shape.reduce((product, side) => product * side, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}
