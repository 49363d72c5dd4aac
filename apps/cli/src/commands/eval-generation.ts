import { DataError } from '@restok/core';
import { featureStatistics, frechetDistance } from '@restok/metrics';
import type { PreprocessingName } from '@restok/metrics/inception';
import { principalComponents, project } from '@restok/metrics/principal-components';
import {
  featuresOf,
  inceptionScores,
  loadInception,
  precisionAndRecall,
} from '../evaluation/inception-features';
import type { PictureSet } from '../evaluation/picture-set';
import { isArchive, openScoredData, pixelsDigest, readSamples, readSet } from '../evaluation/picture-set';
import type { EvaluationReport, MetricLabel } from '../evaluation/report';
import { reportLines } from '../evaluation/report';
import type { StoredStatistics } from '../evaluation/stored-statistics';
import { readStoredStatistics } from '../evaluation/stored-statistics';
import type { CommonOptions } from '../load-tokenizer';
import { createOutput, rateText } from '../output';
import { UsageError } from '../usage-error';
import { useBackend } from '../use-backend';

export interface EvalGenerationOptions extends CommonOptions {
  readonly samples: string;
  readonly reference: string;
  readonly inception?: string;
  readonly resize?: PreprocessingName;
}

/** Features where there is no Inception network; those of the cards of the shipped models. */
const COMPONENTS = { count: 64, passes: 6, seed: 1 };

const labels: Readonly<Record<string, MetricLabel>> = {
  fid: { text: 'FID', digits: 4 },
  sFid: { text: 'sFID', digits: 4 },
  inceptionScore: { text: 'inception score, whole set', digits: 4 },
  inceptionScoreOfParts: { text: 'inception score, mean over parts of 5000', digits: 4 },
  precision: { text: 'precision, k = 3', digits: 4 },
  recall: { text: 'recall, k = 3', digits: 4 },
  frechetPixelComponents: {
    text: `Fréchet distance of ${COMPONENTS.count} principal components of pixels (not FID)`,
    digits: 4,
  },
};

/** `restok eval generation`: generated pictures against a reference. */
export async function evalGeneration(options: EvalGenerationOptions): Promise<void> {
  if (options.resize !== undefined && options.inception === undefined) {
    throw new UsageError(
      'restok: --resize needs --inception, whose pictures it resizes. Give a weight file or leave it out.',
    );
  }
  const output = createOutput(options);
  await useBackend(options.backend, options.threads);
  const samples = await readSamples(options.samples);
  const reference = await openReference(options.reference, samples);
  const settings = {
    samples: options.samples,
    'samples count': samples.count,
    'samples size': `${samples.width} x ${samples.height}`,
    'samples sha256': pixelsDigest(samples),
    reference: reference.name,
    'reference count': reference.pictures.count,
    'reference size': `${reference.pictures.width} x ${reference.pictures.height}`,
    'reference sha256': pixelsDigest(reference.pictures),
  };
  const { inception, resize } = options;
  const part =
    inception === undefined
      ? byPixels(samples, reference.pictures)
      : await byInception(samples, reference.pictures, {
          ...{ inception, resize, progress: output.progress },
          stored: isArchive(options.reference) ? await readStoredStatistics(options.reference) : undefined,
        });
  const report = { settings: { ...settings, ...part.settings }, metrics: part.metrics };
  output.result(report, reportLines(report, labels));
}

/** A .npz of pictures, or a data set: of one size with the samples where it is a folder of pictures. */
async function openReference(
  path: string,
  { width, height }: PictureSet,
): Promise<{ readonly name: string; readonly pictures: PictureSet }> {
  if (isArchive(path)) {
    return { name: path, pictures: await readSamples(path) };
  }
  if (width !== height) {
    throw new DataError(
      `evalGeneration: --reference must be a .npz for samples of ${width} x ${height}, got the folder ${path}, whose pictures are cropped to squares. Write the reference as a .npz.`,
    );
  }
  const { name, pictures } = await openScoredData(path, width);
  return { name, pictures: await readSet(pictures) };
}

/** What can be said without a network. */
function byPixels(samples: PictureSet, reference: PictureSet): EvaluationReport {
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
  const { count, mean, components } = principalComponents(reference, COMPONENTS);
  const statistics = [reference, samples].map((set) =>
    featureStatistics(project(set, mean, components), count),
  );
  return {
    settings: {
      features: `the first ${count} principal components of pixels in 0 to 1, fitted on the reference; no Inception weights were given`,
    },
    metrics: { frechetPixelComponents: frechetDistance(statistics[0]!, statistics[1]!) },
  };
}

/** What the ADM evaluation suite says. */
async function byInception(
  samples: PictureSet,
  reference: PictureSet,
  options: {
    readonly inception: string;
    readonly resize?: PreprocessingName;
    /** Statistics that the reference's file holds; they are used for FID and sFID as that suite does. */
    readonly stored?: StoredStatistics;
    progress(text: string): void;
  },
): Promise<EvaluationReport> {
  const { network, settings } = await loadInception(options, options.progress);
  try {
    const total = samples.count + reference.count;
    const startedAt = performance.now();
    const report = (done: number): void => options.progress(rateText(done, total, startedAt, 'pictures'));
    const ofReference = await featuresOf(network, reference, report);
    const ofSamples = await featuresOf(network, samples, (done) => report(reference.count + done));
    return {
      settings: {
        ...settings,
        'reference statistics':
          options.stored === undefined ? 'of its pictures' : 'mu, sigma, mu_s and sigma_s of its file',
      },
      metrics: {
        fid: frechetDistance((options.stored ?? ofReference).pooled, ofSamples.pooled),
        sFid: frechetDistance((options.stored ?? ofReference).spatial, ofSamples.spatial),
        ...inceptionScores(ofSamples),
        ...precisionAndRecall(ofReference, ofSamples),
      },
    };
  } finally {
    network.dispose();
  }
}
