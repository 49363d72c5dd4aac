import type { Random } from '@restok/core';
import { ShapeError } from '@restok/core';

/** Where a loss takes its random numbers from. */
export interface Draws {
  /** In [0, 1). */
  uniform(): number;
  /** A whole number from `first` to `last`, both included. */
  whole(first: number, last: number): number;
}

/** Numbers from a seeded stream. */
export function seededDraws(random: Random): Draws {
  return {
    uniform: () => random.uniform(),
    whole: (first, last) => first + random.integer(last - first + 1),
  };
}

/**
 * Numbers that were recorded elsewhere, in the order in which they were drawn there.
 *
 * @throws ShapeError, where one is drawn, when there are no more.
 */
export function recordedDraws(uniforms: ArrayLike<number>, wholes: ArrayLike<number> = []): Draws {
  let [uniformsUsed, wholesUsed] = [0, 0];
  const take = (values: ArrayLike<number>, at: number): number => {
    if (at >= values.length) {
      throw new ShapeError(
        `recordedDraws: there must be more than ${at} numbers, got ${values.length}. Record all of a step.`,
      );
    }
    return values[at]!;
  };
  return {
    uniform: () => take(uniforms, uniformsUsed++),
    whole: () => take(wholes, wholesUsed++),
  };
}
