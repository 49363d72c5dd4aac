import { DataError } from '@restok/core';
import { featureStatistics, frechetDistance } from '@restok/metrics';
import type { PreprocessingName } from '@restok/metrics/inception';
import { principalComponents, project } from '@restok/metrics/principal-components';
import type { Computation } from '../evaluation/computation';
import { computationOf } from '../evaluation/computation';
import { eigenSolver } from '../evaluation/eigen-solver';
import { COMPONENTS, generationLabels, inceptionReport } from '../evaluation/generation-report';
import { featuresOf, loadInception } from '../evaluation/inception-features';
import type { PictureSet } from '../evaluation/picture-set';
import { isArchive, openScoredData, pixelsDigest, openSamples, readSet } from '../evaluation/picture-set';
import type { EvaluationReport } from '../evaluation/report';
import { reportLines } from '../evaluation/report';
import type { StoredStatistics } from '../evaluation/stored-statistics';
import { readStoredStatistics } from '../evaluation/stored-statistics';
import type { CommonOptions } from '../load-tokenizer';
import type { Output } from '../output';
import { createOutput, rateText } from '../output';
import { blocksOf } from '../shards/blocks';
import { UsageError } from '../usage-error';
import { useBackend } from '../use-backend';

export interface EvalGenerationOptions extends CommonOptions {
  readonly samples: string;
  readonly reference: string;
  readonly inception?: string;
  readonly resize?: PreprocessingName;
}

/** Pictures of a block of an evaluation; a network takes them at once. */
export const EVALUATION_BLOCK = 8;

/** Two sets that are compared. */
export interface ScoredPair {
  readonly samples: PictureSet;
  readonly reference: PictureSet;
  /** What reports say of them. */
  readonly settings: EvaluationReport['settings'];
  readonly stored?: StoredStatistics;
}

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

/** @throws UsageError where there is a --resize and no network. */
export function checkResize({
  resize,
  inception,
}: Pick<EvalGenerationOptions, 'resize' | 'inception'>): void {
  if (resize !== undefined && inception === undefined) {
    throw new UsageError(
      'restok: --resize needs --inception, whose pictures it resizes. Give a weight file or leave it out.',
    );
  }
}

export async function closePair({ samples, reference }: ScoredPair): Promise<void> {
  await Promise.all([samples.close(), reference.close()]);
}

/**
 * Opens both sets, for {@link closePair}.
 *
 * @param shown what reports call a path.
 */
export async function openPair(
  options: Pick<EvalGenerationOptions, 'samples' | 'reference' | 'inception'>,
  shown: (path: string) => string,
): Promise<ScoredPair> {
  const samples = await openSamples(options.samples);
  const opened = [samples];
  try {
    const { name, pictures } = await openReference(options.reference, shown(options.reference), samples);
    opened.push(pictures);
    return await describePair(options, shown, { samples, name, pictures });
  } catch (error) {
    await Promise.all(opened.map((set) => set.close()));
    throw error;
  }
}

/** What is read of both sets before they are compared. */
async function describePair(
  options: Pick<EvalGenerationOptions, 'samples' | 'reference' | 'inception'>,
  shown: (path: string) => string,
  { samples, name, pictures }: { samples: PictureSet; name: string; pictures: PictureSet },
): Promise<ScoredPair> {
  const hasFile = options.inception !== undefined && isArchive(options.reference);
  return {
    samples,
    reference: pictures,
    stored: hasFile ? await readStoredStatistics(options.reference) : undefined,
    settings: {
      samples: shown(options.samples),
      'samples count': samples.count,
      'samples size': `${samples.width} x ${samples.height}`,
      'samples sha256': await pixelsDigest(samples),
      reference: name,
      'reference count': pictures.count,
      'reference size': `${pictures.width} x ${pictures.height}`,
      'reference sha256': await pixelsDigest(pictures),
    },
  };
}

/** A .npz of pictures, or a data set: of one size with the samples where it is a folder of pictures. */
async function openReference(
  path: string,
  shown: string,
  { width, height }: PictureSet,
): Promise<{ readonly name: string; readonly pictures: PictureSet }> {
  if (isArchive(path)) {
    return { name: shown, pictures: await openSamples(path) };
  }
  if (width !== height) {
    throw new DataError(
      `evalGeneration: --reference must be a .npz for samples of ${width} x ${height}, got the folder ${path}, whose pictures are cropped to squares. Write the reference as a .npz.`,
    );
  }
  const { name, pictures } = await openScoredData(path, width, shown);
  return { name, pictures: await readSet(pictures) };
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
  const [ofReference, ofSamples] = [
    featureStatistics(await project(reference, mean, components), count),
    featureStatistics(await project(samples, mean, components), count),
  ];
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
    metrics: { frechetPixelComponents: frechetDistance(ofReference, ofSamples, solver) },
  };
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
