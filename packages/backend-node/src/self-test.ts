import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { kernelCases } from './kernel-cases';

/** How far one kernel is from its reference. */
export interface SelfTestResult {
  readonly name: string;
  /** Largest difference, relative to the largest value. */
  readonly error: number;
  readonly ok: boolean;
}

/** Kernels and references round differently; more than this is a fault. */
export const SELF_TEST_TOLERANCE = 2e-5;

/**
 * Compares every kernel of the current backend with its reference on another one.
 *
 * @param referenceBackend a registered backend without own kernels, such as `cpu`.
 * @returns one result per kernel; the backend that was current is current again.
 */
export async function selfTest(referenceBackend: string): Promise<SelfTestResult[]> {
  const tested = tf.getBackend();
  const results: SelfTestResult[] = [];
  try {
    for (const { name, run } of kernelCases) {
      const actual = valuesOf(run());
      await tf.setBackend(referenceBackend);
      const expected = valuesOf(run());
      await tf.setBackend(tested);
      const error = Math.max(...expected.map((values, i) => relativeError(actual[i]!, values)));
      results.push({ name, error, ok: error <= SELF_TEST_TOLERANCE });
    }
  } finally {
    await tf.setBackend(tested);
  }
  return results;
}

function valuesOf(tensors: Tensor[]): ArrayLike<number>[] {
  return tensors.map((tensor) => {
    const values = tensor.dataSync();
    tensor.dispose();
    return values;
  });
}

function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let magnitude = Number.MIN_VALUE;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!);
    difference = distance <= difference ? difference : distance;
    magnitude = Math.max(magnitude, Math.abs(expected[i]!));
  }
  return difference / magnitude;
}
