import { join } from 'node:path';
import type { GeneratorArchitecture, GenerateOptions as SamplingOptions } from '@restok/generator';
import type { NamedClass } from '../class-names';
import { findClasses, namedClasses } from '../class-names';
import { outputNames } from '../file-names';
import type { PairSizes } from '../load-generator';
import { picturesPerPass } from '../pictures-per-pass';
import type { GenerateOptions, SamplingChoices } from './generate-checks';
import { checkAgainstGenerator, checkNpzSize, isNpz } from './generate-checks';

/** A picture that will be generated. */
export interface PlannedPicture {
  readonly label: number;
  /** Name of its class, or its number. */
  readonly className: string;
  /** Which of its class, from 1. */
  readonly number: number;
  readonly file: string;
  /** A file for each pass; the last is the picture's own. Empty without --previews. */
  readonly previews: readonly string[];
}

/** How pictures are generated, whichever they are. */
export interface SamplingPlan {
  /** Leading latents that are kept. */
  readonly numKept: number;
  /** How many latents there are after each pass that predicts. */
  readonly latentsAfterPass: readonly number[];
  /** Pictures that the generator makes at once. */
  readonly batchSize: number;
  /** Pictures that the tokenizer decodes at once. */
  readonly decodeBatchSize: number;
  readonly sampling: SamplingOptions;
}

/** What will be generated, checked. */
export interface GeneratePlan extends SamplingPlan {
  /** Class by class. */
  readonly pictures: readonly PlannedPicture[];
  readonly classes: readonly NamedClass[];
}

/** More pictures at once are no faster. */
const MAX_BATCH = 16;

/** What the working memory of a batch may take. */
const BATCH_BYTES = 512 * 2 ** 20;

/**
 * Checks everything against the models and names the files.
 *
 * @param likeLabels of the pictures, where a data set says them.
 * @throws UsageError.
 */
export function planPictures(
  options: GenerateOptions,
  sizes: PairSizes,
  likeLabels?: readonly number[],
): GeneratePlan {
  const classes =
    likeLabels === undefined
      ? findClasses(options.class ?? [], sizes.classes)
      : namedClasses(likeLabels, sizes.classes);
  const labels = likeLabels ?? classes.flatMap(({ label }) => new Array<number>(options.count).fill(label));
  const sampling = planSampling(options, sizes);
  const pictures = namePictures(options, numbered(labels, classes), sampling.latentsAfterPass);
  if (isNpz(options.out)) {
    checkNpzSize(pictures.length, sizes.tokenizer.cropSize);
  }
  return { ...sampling, pictures, classes };
}

/**
 * Checks how pictures are drawn against the models.
 *
 * @throws UsageError.
 */
export function planSampling(options: SamplingChoices, sizes: PairSizes): SamplingPlan {
  const numKept = checkAgainstGenerator(options, sizes);
  const { generator, tokenizer } = sizes;
  const { guidance, schedule, start, temperature, topK, topP } = options;
  const rows = guidance === 1 ? 1 : 2;
  return {
    numKept,
    latentsAfterPass: generator.layout.passes
      .filter(({ position }) => position >= numKept)
      .map(({ position, size }) => position + size),
    batchSize: atMost(MAX_BATCH, BATCH_BYTES / (rows * workingBytes(generator))),
    decodeBatchSize: picturesPerPass(tokenizer.cropSize),
    sampling: {
      guidanceScale: guidance,
      guidanceSchedule: { name: schedule, start },
      temperature,
      topK,
      topP,
    },
  };
}

/** Bytes that a row of a batch takes: its cache of keys and values, and the widest tensors of its largest pass. */
export function workingBytes(generator: GeneratorArchitecture): number {
  const { numLayers, numKeyHeads, headWidth, numLatents, vocabularySize, feedForwardWidth } = generator;
  const cache = 2 * numLayers * numKeyHeads * headWidth * numLatents;
  const largestPass = Math.max(...generator.layout.passes.map(({ size }) => size));
  const pass = largestPass * (2 * vocabularySize + 4 * feedForwardWidth);
  return (cache + pass) * Float32Array.BYTES_PER_ELEMENT;
}

/** A picture before its files have names. */
type WantedPicture = Pick<PlannedPicture, 'label' | 'className' | 'number'>;

/** Numbers the pictures of every class in their order. */
function numbered(labels: readonly number[], classes: readonly NamedClass[]): WantedPicture[] {
  const names = new Map(classes.map(({ label, name }) => [label, name]));
  const counts = new Map<number, number>();
  return labels.map((label) => {
    const number = (counts.get(label) ?? 0) + 1;
    counts.set(label, number);
    return { label, className: names.get(label)!, number };
  });
}

function namePictures(
  { out, previews }: GenerateOptions,
  wanted: readonly WantedPicture[],
  latentsAfterPass: readonly number[],
): PlannedPicture[] {
  if (isNpz(out)) {
    return wanted.map((picture) => ({ ...picture, file: out, previews: [] }));
  }
  const suffixes = latentsAfterPass.map((latents, i) =>
    i === latentsAfterPass.length - 1 ? '.png' : `.keep-${latents}.png`,
  );
  const shown = previews ? suffixes : [];
  const stems = wanted.map(({ className, number }) => `${className.replaceAll(/[/\\]/g, '-')}-${number}.png`);
  const names = outputNames(stems, [...new Set(['.png', ...shown])]);
  return wanted.map((picture, i) => ({
    ...picture,
    file: join(out, `${names[i]}.png`),
    previews: shown.map((suffix) => join(out, `${names[i]}${suffix}`)),
  }));
}

function atMost(limit: number, share: number): number {
  return Math.max(1, Math.min(limit, Math.floor(share)));
}
