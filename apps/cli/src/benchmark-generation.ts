import * as tf from '@tensorflow/tfjs-core';
import type { GeneratorConfigInput } from '@restok/core';
import { Random } from '@restok/core';
import { Generator } from '@restok/generator';
import type { BenchmarkRow } from './timing';
import { medianTime, timeRow } from './timing';

/** The published 326M parameters; random weights, since speed does not depend on them. */
export const RELEASED_GENERATOR: GeneratorConfigInput = {
  model_type: 'GPT-L',
  vocab_size: 8192,
  block_size: 128,
  num_classes: 1000,
};

/** Levels at once after this many single latents. */
const HAR = { har: true, ar_token_num: 4 };

const BATCHES = [1, 4, 16];
const GUIDANCE_SCALE = 3.75;
const NUM_DRAWS = 2 ** 20;
const DEVIATION = 0.02;
const MEGABYTE = 1e6;

/**
 * One picture with guidance in whole levels, and the same transformer token by token, where special tokens are
 * all that differs.
 */
export async function benchmarkPasses(config: GeneratorConfigInput): Promise<BenchmarkRow[]> {
  const memoryBefore = process.memoryUsage.rss();
  const byLevels = await withRandomGenerator(
    { ...config, ...HAR, spe_token_num: specialTokens(config) },
    true,
    timed,
  );
  const bytes = process.resourceUsage().maxRSS * 1024 - memoryBefore;
  const oneByOne = await withRandomGenerator(config, false, timed);
  return [
    {
      ...byLevels.row,
      megabytes: Math.round(bytes / MEGABYTE),
      ratio: oneByOne.row.milliseconds / byLevels.row.milliseconds,
      against: `token by token (${oneByOne.passes} passes)`,
    },
    oneByOne.row,
  ];
}

async function timed(generator: Generator): Promise<{ row: BenchmarkRow; passes: number }> {
  let passes = 0;
  const milliseconds = await medianTime(async () => {
    passes = await generate(generator, 1);
  });
  const millions = (generator.numParameters / 1e6).toFixed(0);
  const name = `generation, ${millions}M parameters, guidance, ${passes} passes`;
  return { row: { name, milliseconds, picturesPerSecond: 1000 / milliseconds }, passes };
}

/** A trained generator, several pictures at once, with guidance. */
export async function benchmarkGenerator(folder: string): Promise<BenchmarkRow[]> {
  const generator = await Generator.fromPretrained(folder);
  try {
    const rows: BenchmarkRow[] = [];
    for (const batch of BATCHES) {
      const pictures = batch === 1 ? 'one picture' : `${batch} pictures`;
      const row = await timeRow(`generator, ${pictures} with guidance`, async () => {
        await generate(generator, batch);
      });
      rows.push({ ...row, picturesPerSecond: (1000 * batch) / row.milliseconds });
    }
    return rows;
  } finally {
    generator.dispose();
  }
}

async function generate(generator: Generator, batch: number): Promise<number> {
  const labels = Array.from({ length: batch }, () => 0);
  let passes = 0;
  for await (const { numSteps } of generator.generate(labels, { guidanceScale: GUIDANCE_SCALE })) {
    passes = numSteps;
  }
  return passes;
}

async function withRandomGenerator<Result>(
  config: GeneratorConfigInput,
  har: boolean,
  work: (generator: Generator) => Promise<Result>,
): Promise<Result> {
  const generator = new Generator(config, { har });
  try {
    const random = new Random(1);
    const pool = Float32Array.from({ length: NUM_DRAWS }, () => random.normal() * DEVIATION);
    for (const [, parameter] of generator.namedParameters()) {
      parameter.load(repeated(pool, tf.util.sizeFromShape([...parameter.publishedShape])));
    }
    return await work(generator);
  } finally {
    generator.dispose();
  }
}

function repeated(pool: Float32Array, length: number): Float32Array {
  const values = new Float32Array(length);
  for (let start = 0; start < length; start += pool.length) {
    values.set(pool.subarray(0, Math.min(pool.length, length - start)), start);
  }
  return values;
}

function specialTokens({ block_size }: GeneratorConfigInput): number {
  return (block_size ?? 128) - 1;
}
