import type { Tensor2D } from '@tensorflow/tfjs-core';
import { Random, ShapeError } from '@restok/core';
import type { GeneratorArchitecture } from './architecture';
import { cachePosition } from './cache-positions';
import type { GenerationStep, KeptLatents } from './generate-options';
import { checkedFirstSample } from './generate-options';
import { guidedLogits } from './guided-logits';
import type { KnownInputs } from './input-embedding';
import type { GenerationPlan } from './plan-generation';
import { sampleIndices } from './sampling';
import type { Pass } from './sequence-layout';
import type { Segment } from './transformer';

/** Puts segments through a transformer, one after the other, with a cache of its own. */
export interface PassRunner {
  /**
   * @param wantsLogits whether something is predicted; otherwise the segment only goes into the cache.
   * @returns logits `[B, T, V]`, row-major, where they are wanted.
   */
  run(segment: Segment, known: KnownInputs, wantsLogits: boolean): Promise<Float32Array | undefined>;
  /** Frees the cache. */
  dispose(): void;
}

/**
 * Runs a generation, one forward pass after the other. Kept latents are the first step; they go into the cache in
 * one pass. With guidance, rows 0 ... B-1 of the batch have their class and rows B ... 2B-1 none.
 *
 * @param openPasses gives what computes, for so many sequences.
 * @source ResTok, section 3; method.md, section 7 (inference).
 */
export async function* runGeneration(
  openPasses: (batch: number) => PassRunner,
  architecture: GeneratorArchitecture,
  plan: GenerationPlan,
): AsyncGenerator<GenerationStep> {
  const { labels, options, numKept, passes, nullLabel } = plan;
  const { layout, numLatents, vocabularySize } = architecture;
  const batch = labels.length;
  const latents = new Int32Array(batch * numLatents);
  const random = new Random(options.seed ?? 0);
  const firstSample = checkedFirstSample(options);
  const streams = labels.map((_, sample) => random.fork(`sample ${firstSample + sample}`));
  const segmentOf = (pass: Pass): Segment => {
    const position = cachePosition(layout, pass, options.publishedPositions === true);
    return {
      inputs: layout.inputs.slice(pass.position, pass.position + pass.size),
      position,
      visibleKeys: layout.visibleKeys.slice(position, position + pass.size),
    };
  };
  const known = (): KnownInputs =>
    nullLabel === undefined
      ? { labels, latents, stride: numLatents }
      : {
          labels: [...labels, ...labels.map(() => nullLabel)],
          latents: twice(latents),
          stride: numLatents,
        };

  const numSteps = passes.length + (numKept > 0 ? 1 : 0);
  let runner: PassRunner | undefined;
  try {
    if (options.keep !== undefined && numKept > 0) {
      await copyKept(options.keep, latents, architecture);
      yield { step: 0, numSteps, firstLatent: 0, indices: columns(latents, numLatents, 0, numKept) };
    }
    for (const [i, pass] of passes.entries()) {
      if (runner === undefined) {
        runner = openPasses(nullLabel === undefined ? batch : 2 * batch);
        for (const kept of keptPasses(plan, architecture)) {
          await runner.run(segmentOf(kept), known(), false);
        }
      }
      const step = numSteps - passes.length + i;
      const values = (await runner.run(segmentOf(pass), known(), true))!;
      const logits = nullLabel === undefined ? values : guidedLogits(values, pass.scale);
      options.onLogits?.(logits, step);
      const perSample = pass.size * vocabularySize;
      streams.forEach((stream, sample) => {
        const own = logits.subarray(sample * perSample, (sample + 1) * perSample);
        const drawn = sampleIndices(own, vocabularySize, options, stream);
        latents.set(drawn, sample * numLatents + pass.position);
      });
      const indices = columns(latents, numLatents, pass.position, pass.size);
      yield { step, numSteps, firstLatent: pass.position, indices };
    }
  } finally {
    runner?.dispose();
  }
}

/**
 * All indices of a generation.
 *
 * @param batch B, the number of labels.
 * @returns `[B, numLatents]`, row-major.
 */
export async function collectIndices(
  steps: AsyncIterable<GenerationStep>,
  batch: number,
  numLatents: number,
): Promise<Int32Array> {
  const all = new Int32Array(batch * numLatents);
  for await (const { firstLatent, indices } of steps) {
    const count = indices.length / batch;
    for (let sample = 0; sample < batch; sample++) {
      const row = indices.subarray(sample * count, (sample + 1) * count);
      all.set(row, sample * numLatents + firstLatent);
    }
  }
  return all;
}

/** The same rows for the half with classes and the half without. */
function twice(latents: Int32Array): Int32Array {
  const both = new Int32Array(2 * latents.length);
  both.set(latents);
  both.set(latents, latents.length);
  return both;
}

/** The passes that put kept latents into the cache: a single one unless published positions ask for each. */
function keptPasses(
  { numKept, options }: GenerationPlan,
  { layout }: GeneratorArchitecture,
): readonly Pass[] {
  const inside = layout.passes.filter(({ position }) => position < numKept);
  return options.publishedPositions === true || numKept === 0 ? inside : [{ position: 0, size: numKept }];
}

async function copyKept(
  { indices, numKept }: KeptLatents,
  latents: Int32Array,
  { numLatents, vocabularySize }: GeneratorArchitecture,
): Promise<void> {
  const rows = 'shape' in indices ? await (indices as Tensor2D).array() : indices;
  rows.forEach((row, sample) => {
    const kept = row.slice(0, numKept);
    const wrong = kept.find((index) => !Number.isInteger(index) || index < 0 || index >= vocabularySize);
    if (wrong !== undefined) {
      throw new ShapeError(
        `generate: keep.indices must be whole numbers in 0 ... ${vocabularySize - 1}, got ${wrong}. Use indices of the tokenizer that this generator was trained with.`,
        { index: wrong },
      );
    }
    latents.set(kept, sample * numLatents);
  });
}

/** Columns `from` ... `from + count - 1` of a `[B, stride]` array. */
function columns(values: Int32Array, stride: number, from: number, count: number): Int32Array {
  const picked = new Int32Array((values.length / stride) * count);
  for (let row = 0; row * stride < values.length; row++) {
    picked.set(values.subarray(row * stride + from, row * stride + from + count), row * count);
  }
  return picked;
}
