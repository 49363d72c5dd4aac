import { Random } from '@restok/core';
import type { Module } from '@restok/ops';
import { util } from '@tensorflow/tfjs-core';

const NUM_DRAWS = 2 ** 20;
const DEVIATION = 0.02;
/** Gains are near 1, so that values neither die out nor explode. */
const GAINS = /(norm\d?|norm_out|ln_pre|ln_post)\.weight$|gamma_\d$/;

/**
 * Fills a model with draws, for work whose speed is measured: the same few ones again and again, which is quick. Each
 * parameter begins at a place of its own, since of equal weights ONNX Runtime keeps one copy, which stays in the caches.
 */
export function loadRandomWeights(model: Module): void {
  const random = new Random(1);
  const pool = Float32Array.from({ length: NUM_DRAWS }, () => random.normal() * DEVIATION);
  for (const [name, parameter] of model.namedParameters()) {
    const values = drawsFrom(
      pool,
      random.integer(NUM_DRAWS),
      util.sizeFromShape([...parameter.publishedShape]),
    );
    parameter.load(GAINS.test(name) ? values.map((value) => 1 + value) : values);
  }
}

/** The pool again and again, first from one of its draws on. */
function drawsFrom(pool: Float32Array, first: number, length: number): Float32Array {
  const values = new Float32Array(length);
  let from = first;
  for (let start = 0; start < length; from = 0) {
    const some = pool.subarray(from, from + length - start);
    values.set(some, start);
    start += some.length;
  }
  return values;
}
