import { Random } from '@restok/core';
import type { IndexGenerator } from '../load-generator';
import type { GeneratePlan } from './generate-plan';

/** How far generation is. */
export interface GenerateProgress {
  /** Pictures that are done. */
  readonly done: number;
  /** Pictures that are being made. */
  readonly batch: number;
  readonly pass: number;
  readonly numPasses: number;
}

/**
 * Generates the indices of all pictures of a plan, batch by batch.
 *
 * @param kept indices whose first ones are kept in every picture, where the plan keeps some.
 * @returns `[N, L]`.
 */
export async function generateAll(
  generator: IndexGenerator,
  { pictures, batchSize, numKept, sampling }: GeneratePlan,
  context: {
    readonly seed: number;
    readonly kept?: readonly number[];
    readonly onPass: (progress: GenerateProgress) => void;
  },
): Promise<Int32Array> {
  const { numLatents } = generator;
  const { kept, onPass } = context;
  const all = new Int32Array(pictures.length * numLatents);
  for (let start = 0; start < pictures.length; start += batchSize) {
    const labels = pictures.slice(start, start + batchSize).map(({ label }) => label);
    const keep = kept === undefined ? undefined : { indices: labels.map(() => kept), numKept };
    const seed = seedOfBatch(context.seed, start);
    for await (const pass of generator.generate(labels, { ...sampling, seed, keep })) {
      const width = pass.indices.length / labels.length;
      labels.forEach((_, sample) => {
        const row = pass.indices.subarray(sample * width, (sample + 1) * width);
        all.set(row, (start + sample) * numLatents + pass.firstLatent);
      });
      onPass({ done: start, batch: labels.length, pass: pass.step + 1, numPasses: pass.numSteps });
    }
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
