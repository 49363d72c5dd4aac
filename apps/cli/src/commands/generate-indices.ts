import { Random } from '@restok/core';
import type { IndexGenerator } from '../load-generator';
import { otherEvents } from '../other-events';
import { blocksOf } from '../shards/blocks';
import type { GeneratePlan, SamplingPlan } from './generate-plan';

/** How far generation is. */
export interface GenerateProgress {
  /** Pictures that are done. */
  readonly done: number;
  /** Pictures that are being made. */
  readonly batch: number;
  readonly pass: number;
  readonly numPasses: number;
}

/** What all blocks of a generation share. */
export interface GenerateContext {
  readonly seed: number;
  /** Indices whose first ones are kept in every picture, where the plan keeps some. */
  readonly kept?: readonly number[];
  readonly onPass: (progress: GenerateProgress) => void;
}

/**
 * Generates the indices of all pictures of a plan, block by block.
 *
 * @returns `[N, L]`.
 */
export async function generateAll(
  generator: IndexGenerator,
  plan: GeneratePlan,
  context: GenerateContext,
): Promise<Int32Array> {
  const { pictures, batchSize } = plan;
  const all = new Int32Array(pictures.length * generator.numLatents);
  for (const { start, end } of blocksOf(pictures.length, batchSize)) {
    const labels = pictures.slice(start, end).map(({ label }) => label);
    const indices = await generateBlock(generator, labels, { plan, start, context });
    all.set(indices, start * generator.numLatents);
  }
  return all;
}

/**
 * Generates the indices of the pictures of a block: the same whatever else is generated.
 *
 * @returns `[B, L]`.
 */
export async function generateBlock(
  generator: IndexGenerator,
  labels: readonly number[],
  { plan, start, context }: { plan: SamplingPlan; start: number; context: GenerateContext },
): Promise<Int32Array> {
  const { numLatents } = generator;
  const { kept, onPass } = context;
  const all = new Int32Array(labels.length * numLatents);
  const keep = kept === undefined ? undefined : { indices: labels.map(() => kept), numKept: plan.numKept };
  const seed = seedOfBatch(context.seed, start);
  for await (const pass of generator.generate(labels, { ...plan.sampling, seed, keep })) {
    const width = pass.indices.length / labels.length;
    labels.forEach((_, sample) => {
      const row = pass.indices.subarray(sample * width, (sample + 1) * width);
      all.set(row, sample * numLatents + pass.firstLatent);
    });
    onPass({ done: start, batch: labels.length, pass: pass.step + 1, numPasses: pass.numSteps });
    await otherEvents();
  }
  return all;
}

/**
 * Batches have seeds of their own, so that no two of them draw the same numbers.
 *
 * @param start number of the batch's first picture; the batch at 0 has the seed itself, as in the library.
 */
export function seedOfBatch(seed: number, start: number): number {
  return start === 0 ? seed : new Random(seed).fork(`pictures from ${start}`).nextUint32();
}
