import * as tf from '@tensorflow/tfjs-core';

/** One line of the table of speeds. */
export interface BenchmarkRow {
  readonly name: string;
  /** Median time of one run. */
  readonly milliseconds: number;
  /** How many times as fast as `against`, measured in the same process. */
  readonly ratio?: number;
  readonly against?: string;
  readonly picturesPerSecond?: number;
  /** The same work by ONNX Runtime, where it is installed. */
  readonly onnxMilliseconds?: number;
  readonly gigaflops?: number;
  readonly gigabytesPerSecond?: number;
  /** What the process took on top of what it had before, weights included. */
  readonly megabytes?: number;
}

/** What rows are compared with, and its name for people. */
const STOCK = 'wasm';
export const STOCK_NAME = 'stock tfjs-wasm';

const MAX_REPEATS = 9;
/** No row repeats its work for longer. */
const MAX_ROW_MS = 8000;

/** Times some work on the current backend, and on stock tfjs-wasm where that is another one. */
export async function timeRow(name: string, run: () => void | Promise<void>): Promise<BenchmarkRow> {
  const milliseconds = await medianTime(run);
  if (tf.getBackend() === STOCK) {
    return { name, milliseconds };
  }
  const ratio = (await onStock(() => medianTime(run))) / milliseconds;
  return { name, milliseconds, ratio, against: STOCK_NAME };
}

/** Does some work on stock tfjs-wasm and goes back to the current backend. */
export async function onStock<Result>(work: () => Promise<Result>): Promise<Result> {
  const backend = tf.getBackend();
  await tf.setBackend(STOCK);
  try {
    return await work();
  } finally {
    await tf.setBackend(backend);
  }
}

/** Median milliseconds after one run that does not count, unless that alone takes too long to repeat. */
export async function medianTime(run: () => void | Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  const first = performance.now() - startedAt;
  const times: number[] = first > MAX_ROW_MS ? [first] : [];
  while (times.length === 0 || (times.length < MAX_REPEATS && performance.now() - startedAt < MAX_ROW_MS)) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}
