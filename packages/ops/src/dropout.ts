import type { Tensor } from '@tensorflow/tfjs-core';
import { mul, tensor, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { differentiable, runKernel } from './kernel';
import { kernelNames } from './kernel-names';

export interface DropoutOptions {
  /** Share that becomes 0, at least 0 and below 1. */
  readonly rate: number;
  /** 32 bits that decide which; the same seed drops the same values on every backend. */
  readonly seed: number;
  /** Neighbouring values that share one draw; 1 unless given. */
  readonly groupSize?: number;
}

/**
 * Sets a share of the values to 0 and divides the others by the share that is kept. Value i is kept when a hash
 * of its number i (of its group) and the seed is at least the rate; so no mask is stored, and the gradient drops
 * the same values.
 *
 * @returns same shape as x, owned by the caller.
 * @throws ShapeError when the rate is not in [0, 1), or the groups do not divide x.
 * @source Srivastava et al., 2014; with groups of a whole sample, stochastic depth (Huang et al., arXiv 1603.09382).
 */
export function dropout<X extends Tensor>(x: X, options: DropoutOptions): X {
  const { rate, seed, groupSize = 1 } = options;
  if (!(rate >= 0 && rate < 1)) {
    throw new ShapeError(`dropout: rate must be at least 0 and below 1, got ${rate}. Use 0 for none.`);
  }
  if (!Number.isInteger(x.size / groupSize) || groupSize < 1) {
    throw new ShapeError(
      `dropout: groupSize must divide ${x.size} values, got ${groupSize}. Use 1, or the size of a sample.`,
    );
  }
  const attributes = { rate, seed: seed >>> 0, groupSize };
  return differentiable(
    [x],
    () => drop(x, attributes) as X,
    (gradient) => [drop(gradient, attributes)],
  );
}

function drop(x: Tensor, attributes: Required<DropoutOptions>): Tensor {
  return runKernel(kernelNames.dropout, { x }, attributes, () => [dropoutReference(x, attributes)])[0]!;
}

export function dropoutReference(x: Tensor, { rate, seed, groupSize }: Required<DropoutOptions>): Tensor {
  return tidy(() => {
    const factors = new Float32Array(x.size);
    const kept = 1 / (1 - rate);
    const threshold = Math.round(rate * 2 ** 32);
    for (let group = 0; group < x.size / groupSize; group++) {
      if (hash(group, seed) >= threshold) {
        factors.fill(kept, group * groupSize, (group + 1) * groupSize);
      }
    }
    return mul(x, tensor(factors, x.shape));
  });
}

/** 32 well mixed bits of a number and a seed (the constants are those of C. Wellons' lowbias32). */
function hash(number: number, seed: number): number {
  let mixed = (Math.imul(number, 0x9e3779b9) + seed) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
