import type { Random } from '@restok/core';

/** What a parameter starts as; a scheme (see `initializations`) turns it into values. */
export type Initializer =
  | { readonly kind: 'weight' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly limit: number };

export const zeros: Initializer = { kind: 'constant', value: 0 };
export const ones: Initializer = { kind: 'constant', value: 1 };
/** A linear or convolution weight; the scheme decides its spread. */
export const weight: Initializer = { kind: 'weight' };
/** Normal values of the given standard deviation. */
export const normal = (deviation: number): Initializer => ({ kind: 'normal', deviation });
/** Uniform values in [-limit, limit]. */
export const uniform = (limit: number): Initializer => ({ kind: 'uniform', limit });

/** Draws the values of a `weight` of the given published shape ([O, I] or [O, I, k, k]). */
export type InitializationScheme = (shape: readonly number[], random: Random) => Float32Array;

/**
 * How weights start. `published` is the authors' scheme; `variancePreserving` is ours for small models
 * trained from scratch in minutes: with 0.02 everywhere they sit at the mean picture for hundreds of steps.
 */
export const initializations = {
  /**
   * Normal of deviation 0.02. The authors cut it at ±2 (absolute), a hundred deviations out, where nothing is.
   *
   * @source method.md, appendix D.
   */
  published: (shape, random) => fill(shape, () => random.normal() * 0.02),
  /** Normal of variance 1 / fan-in, cut at two deviations. @source LeCun et al., Efficient BackProp, 1998. */
  variancePreserving: (shape, random) => {
    const fanIn = shape.slice(1).reduce((product, side) => product * side, 1);
    const deviation = 1 / Math.sqrt(fanIn) / TRUNCATED_DEVIATION;
    return fill(shape, () => truncatedNormal(random) * deviation);
  },
} satisfies Record<string, InitializationScheme>;

export type InitializationName = keyof typeof initializations;

/** Standard deviation of a standard normal cut at ±2. */
const TRUNCATED_DEVIATION = 0.87962566;

/** Values of one parameter under a scheme. */
export function initialValues(
  initializer: Initializer,
  shape: readonly number[],
  scheme: InitializationScheme,
  random: Random,
): Float32Array {
  switch (initializer.kind) {
    case 'weight':
      return scheme(shape, random);
    case 'constant':
      return fill(shape, () => initializer.value);
    case 'normal':
      return fill(shape, () => random.normal() * initializer.deviation);
    case 'uniform':
      return fill(shape, () => (random.uniform() * 2 - 1) * initializer.limit);
  }
}

function truncatedNormal(random: Random): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) {
      return value;
    }
  }
}

function fill(shape: readonly number[], draw: () => number): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from({ length: size }, draw);
}
