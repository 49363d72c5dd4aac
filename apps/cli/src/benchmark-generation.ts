import type { GeneratorConfigInput } from '@restok/core';
import { Generator } from '@restok/generator';
import { exportGenerator, OnnxGenerator } from '@restok/onnx';
import { withOnnxTimes } from './benchmark-onnx';
import { loadRandomWeights } from './random-weights';
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

const BATCHES = [1, 4, 8, 16, 32];
const GUIDANCE_SCALE = 3.75;
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
    async (generator) => {
      const { row, passes } = await timed(generator);
      const bytes = process.resourceUsage().maxRSS * 1024 - memoryBefore;
      const [withOnnx] = await onnxTimes([row], generator, [1]);
      return { row: { ...withOnnx!, megabytes: Math.round(bytes / MEGABYTE) }, passes };
    },
  );
  const oneByOne = await withRandomGenerator(config, false, timed);
  return [
    {
      ...byLevels.row,
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
    return await onnxTimes(rows, generator, BATCHES);
  } finally {
    generator.dispose();
  }
}

function onnxTimes(
  rows: readonly BenchmarkRow[],
  generator: Generator,
  batches: readonly number[],
): Promise<BenchmarkRow[]> {
  return withOnnxTimes(
    rows,
    (folder) => exportGenerator(generator, folder),
    async (folder) => {
      const onnx = await OnnxGenerator.load(folder);
      try {
        const times: number[] = [];
        for (const batch of batches) {
          times.push(await medianTime(async () => void (await generate(onnx, batch))));
        }
        return times;
      } finally {
        await onnx.dispose();
      }
    },
  );
}

async function generate(generator: Generator | OnnxGenerator, batch: number): Promise<number> {
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
    loadRandomWeights(generator);
    return await work(generator);
  } finally {
    generator.dispose();
  }
}

function specialTokens({ block_size }: GeneratorConfigInput): number {
  return (block_size ?? 128) - 1;
}
