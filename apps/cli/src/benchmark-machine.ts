import * as tf from '@tensorflow/tfjs-core';
import { linear } from '@restok/ops';
import type { BenchmarkRow } from './timing';
import { medianTime } from './timing';

/** Sizes of what tells a machine's limits. */
export interface MachineSize {
  /** Rows and columns of a product's operands. */
  readonly side: number;
  /** Rows of a matrix with `side` columns that no cache holds. */
  readonly longRows: number;
}

export const MACHINE: MachineSize = { side: 2048, longRows: 2 ** 16 };

const VALUE_BYTES = 4;

/**
 * What bounds everything else here: a large square product, and one row times a matrix that must come from memory.
 * Run on the current backend, so that slower providers show too.
 */
export async function benchmarkMachine({ side, longRows }: MachineSize): Promise<BenchmarkRow[]> {
  const square = await timeLinear(side, side, side);
  const row = await timeLinear(1, side, longRows);
  return [
    {
      name: `machine, product of ${side} x ${side} matrices`,
      milliseconds: square,
      gigaflops: (2 * side ** 3) / (square * 1e6),
    },
    {
      name: `machine, one row times a ${side} x ${longRows} matrix`,
      milliseconds: row,
      gigabytesPerSecond: (side * longRows * VALUE_BYTES) / (row * 1e6),
    },
  ];
}

/** Median milliseconds of `[rows, inputs]` times the transpose of `[outputs, inputs]`. */
async function timeLinear(rows: number, inputs: number, outputs: number): Promise<number> {
  const x = tf.fill([rows, inputs], 0.5) as tf.Tensor2D;
  const weight = tf.fill([outputs, inputs], 0.25) as tf.Tensor2D;
  try {
    return await medianTime(() => tf.tidy(() => void linear(x, weight).dataSync()));
  } finally {
    tf.dispose([x, weight]);
  }
}
