import type { GuidanceScheduleName } from '@restok/generator';
import type { Generator } from '@restok/generator';
import { generatorArchitecture, guidanceSchedules, possibleStarts } from '@restok/generator';
import { ConfigError } from '@restok/core';
import type { ResTok } from '@restok/tokenizer';
import type { GenerateRequest, GenerateStep, GeneratorFacts } from '../engine/engine-api';
import { letMessagesIn } from './let-messages-in';
import { decodeRows } from './tokenizer-engine';

/** What the page needs to know about a generator. */
export function generatorFacts(generator: Generator): GeneratorFacts {
  const { config } = generator;
  const { layout } = generatorArchitecture(config, generator.isHar);
  return {
    classNames: config.class_names ?? Array.from({ length: config.num_classes }, (_, i) => `class ${i}`),
    isHar: generator.isHar,
    canGuide: generator.nullLabel !== undefined,
    numPasses: layout.passes.length,
    numParameters: generator.numParameters,
    possibleStarts: possibleStarts(layout),
  };
}

/**
 * Generates pictures pass by pass, with a preview of each.
 *
 * @param isCancelled asked before every pass.
 */
export async function generatePictures(
  { generator, tokenizer }: { readonly generator: Generator; readonly tokenizer: ResTok },
  request: GenerateRequest,
  isCancelled: () => boolean,
  onStep: (step: GenerateStep) => void,
): Promise<'done' | 'cancelled'> {
  checkFit(generator, tokenizer);
  const { labels, keep } = request;
  const rows = labels.map(() => new Int32Array(generator.numLatents));
  let milliseconds = 0;
  let start = performance.now();
  const passes = generator.generate(labels, {
    seed: request.seed,
    guidanceScale: request.guidanceScale,
    guidanceSchedule: { name: scheduleNamed(request.schedule), start: request.scheduleStart },
    temperature: request.temperature,
    topP: request.topP,
    keep: keep === undefined ? undefined : { indices: labels.map(() => keep.indices), numKept: keep.numKept },
  });
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

function checkFit(generator: Generator, tokenizer: ResTok): void {
  const codes = tokenizer.quantizer.options.codebookSize;
  if (generator.numLatents !== tokenizer.numLatents || generator.config.vocab_size !== codes) {
    throw new ConfigError(
      `generate: the generator must make ${tokenizer.numLatents} latents of ${codes} codes, got ${generator.numLatents} of ${generator.config.vocab_size}. Load the generator that belongs to this tokenizer.`,
    );
  }
}
