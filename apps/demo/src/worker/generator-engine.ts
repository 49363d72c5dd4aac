import type { GuidanceScheduleName } from '@restok/generator';
import { guidanceSchedules } from '@restok/generator';
import { ConfigError } from '@restok/core';
import type { GenerateRequest, GenerateStep } from '../engine/engine-api';
import { largestTensorBytes } from './backend';
import { generateInParts } from './generate-in-parts';
import { picturesAtOnce } from './largest-activation';
import { letMessagesIn } from './let-messages-in';
import type { PageGenerator } from './page-generator';
import type { PageTokenizer } from './page-tokenizer';
import { decodeRows } from './tokenizer-engine';

/**
 * Generates pictures pass by pass, with a preview of each.
 *
 * @param isCancelled asked before every pass.
 */
export async function generatePictures(
  { generator, tokenizer }: { readonly generator: PageGenerator; readonly tokenizer: PageTokenizer },
  request: GenerateRequest,
  isCancelled: () => boolean,
  onStep: (step: GenerateStep) => void,
): Promise<'done' | 'cancelled'> {
  checkFit(generator, tokenizer);
  const { labels, keep } = request;
  const rows = labels.map(() => new Int32Array(generator.architecture.numLatents));
  let milliseconds = 0;
  let start = performance.now();
  const atOnce = picturesAtOnce(labels.length, largestTensorBytes(), generator.pictureBytes);
  const passes = generateInParts(generator, labels, atOnce, (first, end) => ({
    seed: request.seed,
    guidanceScale: request.guidanceScale,
    guidanceSchedule: { name: scheduleNamed(request.schedule), start: request.scheduleStart },
    temperature: request.temperature,
    topP: request.topP,
    keep:
      keep === undefined
        ? undefined
        : { indices: labels.slice(first, end).map(() => keep.indices), numKept: keep.numKept },
  }));
  for await (const { step, numSteps, firstLatent, indices } of passes) {
    milliseconds += performance.now() - start;
    const count = indices.length / labels.length;
    rows.forEach((row, i) => row.set(indices.subarray(i * count, (i + 1) * count), firstLatent));
    const numKnown = firstLatent + count;
    const pictures = await decodeRows(tokenizer, rows, numKnown);
    onStep({ step, numSteps, numKnown, indices: rows.map((row) => row.slice()), pictures, milliseconds });
    await letMessagesIn();
    if (isCancelled()) {
      return 'cancelled';
    }
    start = performance.now();
  }
  return 'done';
}

function scheduleNamed(name: string): GuidanceScheduleName {
  if (!Object.hasOwn(guidanceSchedules, name)) {
    throw new ConfigError(
      `generate: schedule must be one of ${Object.keys(guidanceSchedules).join(', ')}, got ${name}. Choose one.`,
    );
  }
  return name as GuidanceScheduleName;
}

function checkFit({ architecture }: PageGenerator, { facts }: PageTokenizer): void {
  const { numLatents, vocabularySize } = architecture;
  if (numLatents !== facts.numLatents || vocabularySize !== facts.codebookSize) {
    throw new ConfigError(
      `generate: the generator must make ${facts.numLatents} latents of ${facts.codebookSize} codes, got ${numLatents} of ${vocabularySize}. Load the generator that belongs to this tokenizer.`,
    );
  }
}
