import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { BackendUnavailableError } from '@restok/core';
import { attention, gelu, layerNorm, linear, nearestCode } from '@restok/ops';

/** A small computation whose result is known. */
interface KnownResult {
  readonly name: string;
  readonly run: () => Tensor;
  readonly expected: readonly number[];
}

/** Backends round differently, and GELU is an approximation to 1e-7; a wrong kernel is off by far more. */
const TOLERANCE = 1e-4;

const LOG_3 = Math.log(3);

/** Worked out by hand. */
const knownResults: readonly KnownResult[] = [
  {
    name: 'linear',
    // [1, 2] times [[3, 4], [5, 6]] transposed, plus (1, -1).
    run: () => linear(tf.tensor2d([[1, 2]]), tf.tensor2d([[3, 4], [5, 6]]), tf.tensor1d([1, -1])), // prettier-ignore
    expected: [12, 16],
  },
  {
    name: 'the gradient of linear',
    run: () =>
      tf.grad((x: Tensor) => linear(x, tf.tensor2d([[3, 4], [5, 6]])))(tf.tensor2d([[1, 2]]), tf.ones([1, 2])), // prettier-ignore
    expected: [8, 10],
  },
  {
    name: 'attention',
    // Weights (1/2, 1/2) and (1/4, 3/4) of the values 4 and 8.
    run: () => attention(tf.tensor3d([0, 0, 4, LOG_3, 1, 8], [1, 2, 3]), { numHeads: 1 }),
    expected: [6, 7],
  },
  {
    name: 'the gradient of attention',
    // Two outputs copy the first value.
    run: () =>
      tf.grad((qkv: Tensor) => attention(qkv as Tensor3D, { numHeads: 1, visibleKeys: [1, 1] }))(
        tf.tensor3d([0, 0, 4, LOG_3, 1, 8], [1, 2, 3]),
        tf.ones([1, 2, 1]),
      ),
    expected: [0, 0, 2, 0, 0, 0],
  },
  {
    name: 'layerNorm',
    // Mean 2, deviation 1; times 2, plus 1.
    run: () => layerNorm(tf.tensor2d([[1, 3]]), tf.tensor1d([2, 2]), tf.tensor1d([1, 1]), 1e-9),
    expected: [-1, 3],
  },
  {
    name: 'gelu',
    // Φ(1), and 1 - Φ(1) negative.
    run: () => gelu(tf.tensor1d([1, -1])),
    expected: [0.841344746, -0.158655254],
  },
  {
    name: 'nearestCode',
    // The first of two rows that are equally near.
    run: () => nearestCode(tf.tensor2d([[0, 2]]), tf.tensor2d([[9, 9], [0, 2], [0, 2]])), // prettier-ignore
    expected: [1],
  },
];

/**
 * Runs a tiny forward and backward pass on the current backend and compares it with known values. A driver that
 * computes wrongly is found here and not in the pictures.
 *
 * @throws BackendUnavailableError naming the first result that is wrong.
 */
export async function startUpTest(): Promise<void> {
  for (const { name, run, expected } of knownResults) {
    const output = tf.tidy(run);
    try {
      const values = await output.data();
      const isRight = expected.every((value, i) => Math.abs(values[i]! - value) <= TOLERANCE);
      if (!isRight) {
        throw new BackendUnavailableError(
          `startUpTest: ${name} must be ${expected.join(', ')} on ${tf.getBackend()}, got ${values.join(', ')}. Use another backend, or update the driver.`,
        );
      }
    } finally {
      output.dispose();
    }
  }
}
