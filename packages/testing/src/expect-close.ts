import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/**
 * Forward values agree with the reference to this share of the tensor's largest magnitude. Running the
 * reference itself in higher precision moves values by 4e-6, so this is generous.
 */
export const FORWARD_TOLERANCE = 1e-4;

/** Gradients of whole steps: relative L2 of one tensor. Double-precision re-runs move them by up to 1.6e-3. */
export const GRADIENT_TOLERANCE = 5e-3;

/** A fast kernel and its naive reference round differently; the difference is within this share. */
export const KERNEL_TOLERANCE = 1e-5;

/**
 * Expects two arrays to agree within `tolerance` times the largest magnitude of the expected one, and says
 * where they differ most.
 */
export function expectClose(
  actual: Tensor | ArrayLike<number>,
  expected: Tensor | ArrayLike<number>,
  tolerance: number,
  label = 'values',
): void {
  const actualValues = valuesOf(actual);
  const expectedValues = valuesOf(expected);
  expect(actualValues.length, `${label}: number of values`).toBe(expectedValues.length);
  let magnitude = 0;
  let worst = 0;
  let position = 0;
  for (let i = 0; i < expectedValues.length; i++) {
    magnitude = Math.max(magnitude, Math.abs(expectedValues[i]!));
    const difference = Math.abs(actualValues[i]! - expectedValues[i]!);
    if (!(difference <= worst)) {
      worst = difference;
      position = i;
    }
  }
  const bound = tolerance * Math.max(magnitude, Number.MIN_VALUE);
  if (!(worst <= bound)) {
    expect.fail(
      `${label}: largest difference ${worst} at position ${position} (${actualValues[position]} instead of ${expectedValues[position]}), allowed ${bound}`,
    );
  }
}

/** {@link expectClose} of values that are waited for, which a page must do for those of an emulated card. */
export async function expectValues(
  actual: Tensor | ArrayLike<number>,
  expected: Tensor | ArrayLike<number>,
  tolerance: number,
  label?: string,
): Promise<void> {
  const waitedFor = await Promise.all(
    [actual, expected].map(async (values) => ('dataSync' in values ? await values.data() : values)),
  );
  expectClose(waitedFor[0]!, waitedFor[1]!, tolerance, label);
}

/** Relative L2 distance of two arrays: |a - b| / |b|. */
export function relativeDistance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let squaredDifference = 0;
  let squaredNorm = 0;
  for (let i = 0; i < expected.length; i++) {
    squaredDifference += (actual[i]! - expected[i]!) ** 2;
    squaredNorm += expected[i]! ** 2;
  }
  return Math.sqrt(squaredDifference / Math.max(squaredNorm, Number.MIN_VALUE));
}

function valuesOf(values: Tensor | ArrayLike<number>): ArrayLike<number> {
  return 'dataSync' in values ? values.dataSync() : values;
}
