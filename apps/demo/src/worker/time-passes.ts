import { Random } from '@restok/core';
import { plainLayout, sampleIndices } from '@restok/generator';
import type { TimingProgress } from '../engine/engine-api';
import { letMessagesIn } from './let-messages-in';
import type { PageGenerator } from './page-generator';

/** What both measurements draw with. */
const TOP_P = 0.95;
/** Any scale above 1 makes the batch twice as large. */
const GUIDANCE = 2;

/** What is measured, and what the measurement tells. */
export interface Timing {
  readonly label: number;
  /** Whether a second half of the batch runs without a class. */
  readonly guided: boolean;
  readonly isCancelled: () => boolean;
  readonly onProgress: (progress: TimingProgress) => void;
}

/**
 * Times one picture, first as this generator makes it, then by passes of one latent each with the same transformer,
 * as plain autoregression does. What is drawn is thrown away: only the time counts.
 */
export async function timePasses(generator: PageGenerator, timing: Timing): Promise<void> {
  await timeLevels(generator, timing);
  await timeOneByOne(generator, timing);
}

async function timeLevels(
  generator: PageGenerator,
  { label, guided, isCancelled, onProgress }: Timing,
): Promise<void> {
  let milliseconds = 0;
  let start = performance.now();
  const guidanceScale = guided && generator.facts.canGuide ? GUIDANCE : 1;
  for await (const { step, numSteps } of generator.generate([label], { guidanceScale, topP: TOP_P })) {
    milliseconds += performance.now() - start;
    onProgress({ how: 'levels', done: step + 1, total: numSteps, milliseconds });
    await letMessagesIn();
    if (isCancelled()) {
      return;
    }
    start = performance.now();
  }
}

async function timeOneByOne(
  generator: PageGenerator,
  { label, guided, isCancelled, onProgress }: Timing,
): Promise<void> {
  const { numLatents, nullLabel, vocabularySize } = generator.architecture;
  const labels = guided && nullLabel !== undefined ? [label, nullLabel] : [label];
  const { inputs } = plainLayout(numLatents);
  const latents = new Int32Array(labels.length * numLatents);
  const random = new Random(0);
  const passes = generator.openPasses(labels.length);
  let milliseconds = 0;
  try {
    for (let position = 0; position < numLatents && !isCancelled(); position++) {
      const start = performance.now();
      const segment = { inputs: inputs.slice(position, position + 1), position, visibleKeys: [position + 1] };
      const known = { labels, latents, stride: numLatents };
      const logits = (await passes.run(segment, known, true))!;
      const [drawn] = sampleIndices(
        logits.subarray(0, vocabularySize),
        vocabularySize,
        { topP: TOP_P },
        random,
      );
      labels.forEach((_, row) => (latents[row * numLatents + position] = drawn!));
      milliseconds += performance.now() - start;
      onProgress({ how: 'one by one', done: position + 1, total: numLatents, milliseconds });
      await letMessagesIn();
    }
  } finally {
    passes.dispose();
  }
}
