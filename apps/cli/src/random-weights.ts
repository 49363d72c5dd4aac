import { Random } from '@restok/core';
import type { Module } from '@restok/ops';
import { util } from '@tensorflow/tfjs-core';

const NUM_DRAWS = 2 ** 20;
const DEVIATION = 0.02;
/** Gains are near 1, so that values neither die out nor explode. */
const GAINS = /(norm\d?|norm_out|ln_pre|ln_post)\.weight$|gamma_\d$/;

/** Fills a model with draws, for work whose speed is measured: the same few ones again and again, which is quick. */
export function loadRandomWeights(model: Module): void {
  const random = new Random(1);
  const pool = Float32Array.from({ length: NUM_DRAWS }, () => random.normal() * DEVIATION);
  for (const [name, parameter] of model.namedParameters()) {
    const values = repeated(pool, util.sizeFromShape([...parameter.publishedShape]));
    parameter.load(GAINS.test(name) ? values.map((value) => 1 + value) : values);
  }
}

function repeated(pool: Float32Array, length: number): Float32Array {
  const values = new Float32Array(length);
  for (let start = 0; start < length; start += pool.length) {
    values.set(pool.subarray(0, Math.min(pool.length, length - start)), start);
  }
  return values;
}
