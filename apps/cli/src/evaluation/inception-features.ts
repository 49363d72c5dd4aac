import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, dirname } from 'node:path';
import { openSafetensors, openSource } from '@restok/hub';
import type { FeatureStatistics } from '@restok/metrics';
import { FeatureAccumulator, inceptionScore, precisionRecall } from '@restok/metrics';
import type { PreprocessingName } from '@restok/metrics/inception';
import { InceptionV3, preprocessings } from '@restok/metrics/inception';
import type { PictureSet } from './picture-set';

/** Pictures in one pass of the network. */
const BATCH = 8;

/** Rows that a part of the inception score has in the ADM evaluation suite. */
const SPLIT_SIZE = 5000;

export interface InceptionOptions {
  /** A safetensors file. */
  readonly inception: string;
  readonly resize?: PreprocessingName;
}

/** A network with what reports say of it. */
export interface ReportedNetwork {
  readonly network: InceptionV3;
  readonly settings: Readonly<Record<string, string>>;
}

/** Features of a set, gathered. */
export interface SetFeatures {
  readonly pooled: FeatureStatistics;
  readonly spatial: FeatureStatistics;
  /** `[count, 2048]`. */
  readonly rows: Float32Array;
  /** `[count, 1008]`. */
  readonly probabilities: Float32Array;
}

/**
 * Loads the network of a file, to be disposed of by the caller.
 *
 * @throws CheckpointError when it is not that network.
 */
export async function loadInception(
  { inception: path, resize }: InceptionOptions,
  onProgress: (text: string) => void,
): Promise<ReportedNetwork> {
  const { source } = await openSource(dirname(path));
  const weights = await openSafetensors(source, basename(path));
  try {
    const network = await InceptionV3.fromWeights(weights, {
      preprocessing: resize,
      onProgress: (loaded, total) => onProgress(`loading Inception ${loaded}/${total}`),
    });
    const settings = {
      'inception weights': `${path} (names of ${network.naming})`,
      'inception sha256': await fileDigest(path),
      resize: preprocessings[network.preprocessing].description,
    };
    return { network, settings };
  } finally {
    await weights.close();
  }
}

/** Runs all pictures of a set through the network. */
export async function featuresOf(
  network: InceptionV3,
  { count, height, width, bytes }: PictureSet,
  onProgress: (done: number) => void,
): Promise<SetFeatures> {
  const rows: Float32Array[] = [];
  const probabilities: Float32Array[] = [];
  let pooled: FeatureAccumulator | undefined;
  let spatial: FeatureAccumulator | undefined;
  for (let start = 0; start < count; start += BATCH) {
    const size = Math.min(BATCH, count - start);
    const pixels = new Uint8Array(size * height * width * 3);
    for (let i = 0; i < size; i++) {
      pixels.set(bytes(start + i), i * height * width * 3);
    }
    const features = await network.features({ pixels, count: size, height, width });
    pooled ??= new FeatureAccumulator(features.pooled.length / size);
    spatial ??= new FeatureAccumulator(features.spatial.length / size);
    pooled.add(features.pooled);
    spatial.add(features.spatial);
    rows.push(features.pooled);
    probabilities.push(Float32Array.from(features.probabilities));
    onProgress(start + size);
  }
  return {
    pooled: pooled!.statistics(),
    spatial: spatial!.statistics(),
    rows: joined(rows),
    probabilities: joined(probabilities),
  };
}

/** Both manners of the inception score. */
export function inceptionScores({ probabilities, pooled: { count } }: SetFeatures): Record<string, number> {
  const classes = probabilities.length / count;
  return {
    inceptionScore: inceptionScore(probabilities, classes),
    inceptionScoreOfParts: inceptionScore(probabilities, classes, { splitSize: SPLIT_SIZE }),
  };
}

/** Precision and recall of samples against a reference, k = 3. */
export function precisionAndRecall(reference: SetFeatures, samples: SetFeatures): Record<string, number> {
  return { ...precisionRecall(reference.rows, samples.rows, { dim: samples.pooled.dim }) };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) {
    hash.update(piece as Uint8Array);
  }
  return hash.digest('hex');
}
