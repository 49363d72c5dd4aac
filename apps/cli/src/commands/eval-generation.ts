import { DataError } from '@restok/core';
import type { FeatureStatistics } from '@restok/metrics';
import { featureStatistics, frechetDistance } from '@restok/metrics';
import type { PreprocessingName } from '@restok/metrics/inception';
import { principalComponents, project } from '@restok/metrics/principal-components';
import type { Computation } from '../evaluation/computation';
import { computationOf } from '../evaluation/computation';
import { eigenSolver } from '../evaluation/eigen-solver';
import { COMPONENTS, generationLabels, inceptionReport } from '../evaluation/generation-report';
import { checkResize, EVALUATION_BLOCK, featuresOf, loadInception } from '../evaluation/inception-features';
import type { PictureSet } from '../evaluation/picture-set';
import type { EvaluationReport } from '../evaluation/report';
import { reportLines } from '../evaluation/report';
import type { ScoredPair } from '../evaluation/scored-pair';
import { closePair, openPair } from '../evaluation/scored-pair';
import type { CommonOptions } from '../load-tokenizer';
import type { Output } from '../output';
import { createOutput, rateText } from '../output';
import { blocksOf } from '../shards/blocks';
import { useBackend } from '../use-backend';

export interface EvalGenerationOptions extends CommonOptions {
  readonly samples: string;
  readonly reference: string;
  readonly inception?: string;
  readonly resize?: PreprocessingName;
}

/** Pictures of a reference whose halves can be compared. */
const SMALLEST_TO_HALVE = 4;

/** `restok eval generation`: generated pictures against a reference. */
export async function evalGeneration(options: EvalGenerationOptions): Promise<void> {
  checkResize(options);
  const output = createOutput(options);
  const computation = computationOf(await useBackend(options.backend, options.threads));
  const pair = await openPair(options, (path) => path);
  try {
    const { inception, resize } = options;
    const report =
      inception === undefined
        ? await byPixels(pair, computation)
        : await byInception(pair, { inception, resize, computation }, output);
    output.result(report, reportLines(report, generationLabels));
  } finally {
    await closePair(pair);
  }
}

/** What can be said without a network. */
async function byPixels(
  { samples, reference, settings }: ScoredPair,
  computation: Computation,
): Promise<EvaluationReport> {
  if (samples.width !== reference.width || samples.height !== reference.height) {
    throw new DataError(
      `evalGeneration: samples and reference must be of one size without --inception, got ${samples.width} x ${samples.height} and ${reference.width} x ${reference.height}. Resize one of them, or give a weight file.`,
    );
  }
  const smallest = Math.min(samples.count, reference.count);
  if (smallest < 2) {
    throw new DataError(
      `evalGeneration: samples and reference must each hold at least 2 pictures, got ${smallest}. Generate more.`,
    );
  }
  const { count, mean, components } = await principalComponents(reference, COMPONENTS);
  const referenceFeatures = await project(reference, mean, components);
  const ofReference = featureStatistics(referenceFeatures, count);
  const ofSamples = featureStatistics(await project(samples, mean, components), count);
  const solver = eigenSolver();
  return {
    settings: {
      ...settings,
      ...computation,
      features: `the first ${count} principal components of pixels in 0 to 1, fitted on the reference; no Inception weights were given`,
      'component passes': COMPONENTS.passes,
      'component seed': COMPONENTS.seed,
      'eigenvalues by': solver.name,
    },
    metrics: {
      frechetPixelComponents: frechetDistance(ofReference, ofSamples, solver),
      ...(reference.count >= SMALLEST_TO_HALVE && {
        frechetBetweenHalves: frechetDistance(
          everySecond(referenceFeatures, count, 0),
          everySecond(referenceFeatures, count, 1),
          solver,
        ),
      }),
    },
  };
}

/** Of the rows `first`, `first` + 2, ... of features `[N, width]`. */
function everySecond(features: Float32Array, width: number, first: number): FeatureStatistics {
  const rows = features.filter((_, i) => Math.floor(i / width) % 2 === first);
  return featureStatistics(rows, width);
}

/** What the ADM evaluation suite says. */
async function byInception(
  { samples, reference, settings, stored }: ScoredPair,
  {
    computation,
    ...options
  }: {
    readonly inception: string;
    readonly resize?: PreprocessingName;
    readonly computation: Computation;
  },
  output: Output,
): Promise<EvaluationReport> {
  const { network, settings: ofNetwork } = await loadInception(options, output.progress);
  try {
    const total = samples.count + reference.count;
    const startedAt = performance.now();
    const report = (done: number): void => output.progress(rateText(done, total, startedAt, 'pictures'));
    const all = ({ count }: PictureSet): ReturnType<typeof blocksOf> => blocksOf(count, EVALUATION_BLOCK);
    // openSamples and the data sets give at least one picture.
    const ofReference = (await featuresOf(network, reference, all(reference), report))!;
    const ofSamples = (await featuresOf(network, samples, all(samples), (done) =>
      report(reference.count + done),
    ))!;
    return inceptionReport(
      { ...settings, ...ofNetwork, ...computation },
      { reference: ofReference, samples: ofSamples, stored },
    );
  } finally {
    network.dispose();
  }
}
