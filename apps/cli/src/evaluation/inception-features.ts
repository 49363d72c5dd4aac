import { basename, dirname } from 'node:path';
import { openSafetensors, openSource } from '@restok/hub';
import { FeatureAccumulator, inceptionScore, precisionRecall } from '@restok/metrics';
import type { PreprocessingName } from '@restok/metrics/inception';
import { InceptionV3, preprocessings } from '@restok/metrics/inception';
import { fileDigest } from '../file-digest';
import { otherEvents } from '../other-events';
import type { Block } from '../shards/blocks';
import { partsOf } from '../shards/blocks';
import { UsageError } from '../usage-error';
import type { PictureSet } from './picture-set';
import type { SetFeatures } from './set-features';

/** Pictures in one pass of the network. */
const BATCH = 8;

/** Pictures of a block of an evaluation; a network takes them at once. */
export const EVALUATION_BLOCK = 8;

/** Rows that a part of the inception score has in the ADM evaluation suite. */
export const SPLIT_SIZE = 5000;

/** k of precision and recall: to which neighbour the ball around a row reaches. */
export const NEIGHBOURS = 3;

export interface InceptionOptions {
  /** A safetensors file. */
  readonly inception: string;
  readonly resize?: PreprocessingName;
  /** What reports call the file; its path when left out. */
  readonly shown?: string;
}

/** @throws UsageError where there is a --resize and no network. */
export function checkResize({
  resize,
  inception,
}: Partial<Pick<InceptionOptions, 'resize' | 'inception'>>): void {
  if (resize !== undefined && inception === undefined) {
    throw new UsageError(
      'restok: --resize needs --inception, whose pictures it resizes. Give a weight file or leave it out.',
    );
  }
}

/** A network with what reports say of it. */
export interface ReportedNetwork {
  readonly network: InceptionV3;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Loads the network of a file, to be disposed of by the caller.
 *
 * @throws CheckpointError when it is not that network.
 */
export async function loadInception(
  { inception: path, resize, shown = path }: InceptionOptions,
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
      'inception weights': `${shown} (names of ${network.naming})`,
      'inception sha256': await fileDigest(path),
      resize: preprocessings[network.preprocessing].description,
    };
    return { network, settings };
  } finally {
    await weights.close();
  }
}

/** Gathers features of a set, some pictures after the others. */
export class FeatureGatherer {
  private readonly rows: Float32Array[] = [];
  private readonly probabilities: Float32Array[] = [];
  private pooled: FeatureAccumulator | undefined;
  private spatial: FeatureAccumulator | undefined;

  constructor(private readonly network: InceptionV3) {}

  /** Adds the pictures of a block; which block they are in decides what the network sees at once. */
  async add(
    { height, width, bytes }: Pick<PictureSet, 'height' | 'width' | 'bytes'>,
    block: Block,
  ): Promise<void> {
    for (const { start, end } of partsOf(block, BATCH)) {
      const count = end - start;
      const pixels = new Uint8Array(count * height * width * 3);
      for (let i = 0; i < count; i++) {
        pixels.set(await bytes(start + i), i * height * width * 3);
      }
      const features = await this.network.features({ pixels, count, height, width });
      this.pooled ??= new FeatureAccumulator(features.pooled.length / count);
      this.spatial ??= new FeatureAccumulator(features.spatial.length / count);
      this.pooled.add(features.pooled);
      this.spatial.add(features.spatial);
      this.rows.push(features.pooled);
      this.probabilities.push(Float32Array.from(features.probabilities));
      await otherEvents();
    }
  }

  /** All of them, or undefined where there were no pictures. */
  features(): SetFeatures | undefined {
    return this.pooled === undefined || this.spatial === undefined
      ? undefined
      : {
          pooled: this.pooled.statistics(),
          spatial: this.spatial.statistics(),
          rows: joined(this.rows),
          probabilities: joined(this.probabilities),
        };
  }
}

/** Runs blocks of a set through the network; undefined where there are none. */
export async function featuresOf(
  network: InceptionV3,
  pictures: PictureSet,
  blocks: readonly Block[],
  onProgress: (done: number) => void,
): Promise<SetFeatures | undefined> {
  const gatherer = new FeatureGatherer(network);
  let done = 0;
  for (const block of blocks) {
    await gatherer.add(pictures, block);
    done += block.end - block.start;
    onProgress(done);
  }
  return gatherer.features();
}

/** Both manners of the inception score. */
export function inceptionScores({ probabilities, pooled: { count } }: SetFeatures): Record<string, number> {
  const classes = probabilities.length / count;
  return {
    inceptionScore: inceptionScore(probabilities, classes),
    inceptionScoreOfParts: inceptionScore(probabilities, classes, { splitSize: SPLIT_SIZE }),
  };
}

/** Precision and recall of samples against a reference. */
export function precisionAndRecall(reference: SetFeatures, samples: SetFeatures): Record<string, number> {
  return { ...precisionRecall(reference.rows, samples.rows, { dim: samples.pooled.dim, k: NEIGHBOURS }) };
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
