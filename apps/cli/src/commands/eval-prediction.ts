import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import type { CodeDataset } from '@restok/data';
import { openCodeFolder } from '@restok/data';
import { Generator, generatorArchitecture } from '@restok/generator';
import { labelsByName } from '@restok/trainer';
import { evaluateGenerator } from '@restok/training';
import { computationOf } from '../evaluation/computation';
import type { MetricLabel } from '../evaluation/report';
import { reportLines, table } from '../evaluation/report';
import type { EvaluationReport } from '../evaluation/report';
import type { CommonOptions } from '../load-tokenizer';
import { generatorConfigOf } from '../model-kind';
import { openShownModel } from '../open-model';
import { createOutput, rateText } from '../output';
import { shippedGenerator } from '../shipped-model';
import { useBackend } from '../use-backend';
import { weightsDigest } from '../weights-digest';

export interface EvalPredictionOptions extends CommonOptions {
  /** A folder of `restok extract`; of one with splits the test split. */
  readonly codes: string;
  readonly generator?: string;
  /** So many pictures spread evenly over the set; all when left out. */
  readonly count?: number;
}

/** How well the latents of a level are predicted. */
export interface LevelPrediction {
  readonly levelSize: number;
  /** Cross entropy in nats. */
  readonly loss: number;
  /** Share of latents whose most likely index is the right one. */
  readonly accuracy: number;
}

/** What `restok eval prediction --json` prints. */
export interface PredictionReport extends EvaluationReport {
  readonly levels: readonly LevelPrediction[];
}

/** Pictures that the generator sees at once. */
const BATCH = 32;

const labels: Readonly<Record<string, MetricLabel>> = {
  loss: { text: 'cross entropy, nats', digits: 3 },
  accuracy: { text: 'right at first guess', digits: 4 },
};

/** `restok eval prediction`: how well a generator predicts codes, without dropout. */
export async function evalPrediction(options: EvalPredictionOptions): Promise<void> {
  const output = createOutput(options);
  const computation = computationOf(await useBackend(options.backend, options.threads));
  const place = options.generator ?? shippedGenerator();
  const opened = await openShownModel(place, output);
  try {
    const { config, isHar } = generatorConfigOf(opened);
    const { folder, codes } = await openTestCodes(options.codes);
    checkFit(codes, generatorArchitecture(config, isHar), folder);
    const data = labelsByName(codes, config.class_names);
    const generator = await Generator.fromWeights(opened.config, opened.weights, {
      onProgress: (loaded, total) => output.progress(`loading ${loaded}/${total} tensors`),
    });
    try {
      const startedAt = performance.now();
      const { count, loss, accuracy, levelLosses, levelAccuracies } = await evaluateGenerator(
        generator,
        {
          ...data,
          read: async (which, ...rest) => {
            output.progress(rateText(which[0] ?? 0, data.count, startedAt, 'pictures'));
            return data.read(which, ...rest);
          },
        },
        { batchSize: BATCH, maxPictures: options.count },
      );
      const report: PredictionReport = {
        settings: {
          ...{ generator: place, 'generator sha256': await weightsDigest(generator) },
          ...{ codes: folder, 'codes count': count, 'tokenizer sha256': codes.manifest.tokenizer },
          ...{ 'most possible nats': Math.log(codes.codebookSize), 'pictures at once': BATCH },
          ...computation,
        },
        metrics: { loss, accuracy },
        levels: generator.levelSizes.map((levelSize, level) => ({
          ...{ levelSize, loss: levelLosses[level]!, accuracy: levelAccuracies[level]! },
        })),
      };
      output.result(report, predictionLines(report));
    } finally {
      generator.dispose();
    }
  } finally {
    await opened.close();
  }
}

async function openTestCodes(
  path: string,
): Promise<{ readonly folder: string; readonly codes: CodeDataset }> {
  const test = join(path, 'test');
  const folder = existsSync(test) ? test : path;
  return { folder, codes: await openCodeFolder(folder) };
}

function checkFit(
  { numLatents, codebookSize }: CodeDataset,
  model: { readonly numLatents: number; readonly vocabularySize: number },
  folder: string,
): void {
  if (numLatents !== model.numLatents || codebookSize !== model.vocabularySize) {
    throw new DataError(
      `evalPrediction: ${folder} must hold ${model.numLatents} latents of ${model.vocabularySize} codes for this generator, got ${numLatents} of ${codebookSize}. Extract them with the tokenizer that it was trained with.`,
      { numLatents, codebookSize },
    );
  }
}

function predictionLines(report: PredictionReport): string[] {
  return [
    ...reportLines(report, labels),
    '',
    ...table(
      ['level', 'latents', 'cross entropy', 'right at first guess'],
      report.levels.map(({ levelSize, loss, accuracy }, level) => [
        ...[String(level), String(levelSize)],
        ...[loss.toFixed(3), accuracy.toFixed(4)],
      ]),
    ),
  ];
}
