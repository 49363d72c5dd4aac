import { tensor4d } from '@tensorflow/tfjs-core';
import type { StoredPictures } from '@restok/data';
import { fromUnitRange } from '@restok/data';
import type { PictureFormat, PictureMetricName } from '@restok/metrics';
import { pictureMetrics } from '@restok/metrics';
import type { InceptionV3 } from '@restok/metrics/inception';
import type { Lpips } from '@restok/training';
import type { ResTok } from '@restok/tokenizer';
import { bytesDigest, DIGEST_BYTES } from '../file-digest';
import type { FindCodes } from '../find-codes';
import { otherEvents } from '../other-events';
import { picturesPerPass } from '../pictures-per-pass';
import type { Block } from '../shards/blocks';
import { partsOf, picturesOf } from '../shards/blocks';
import { FeatureGatherer } from './inception-features';
import { LpipsReference } from './perceptual-distance';
import type { SetFeatures } from './set-features';

/** Sides from which MS-SSIM is defined. */
const MS_SSIM_SIZE = 161;

/** A metric of a picture: of pixels, or LPIPS by a network. */
export type ScoreName = PictureMetricName | 'lpips';

/** What is scored: so many leading latents kept, and metrics of each picture. */
export interface ScoreColumns {
  readonly keep: readonly number[];
  readonly metrics: readonly ScoreName[];
}

/** What decides which scores there are. */
export interface ScoredShape {
  readonly numLatents: number;
  /** Side of a picture. */
  readonly size: number;
  readonly hasLpips: boolean;
}

/** Scores of some pictures, of a whole set or of a shard. */
export interface ReconstructionScores {
  /** `[pictures, kept, metrics]`. */
  readonly scores: Float64Array;
  /** `[pictures, L]`. */
  readonly indices: Int32Array;
  /** `[pictures, 32]`: SHA-256 of each original. */
  readonly digests: Uint8Array;
  /** Where there is a network, and at least one picture. */
  readonly originals?: SetFeatures;
  /** From all latents. */
  readonly reconstructions?: SetFeatures;
}

/** Powers of two up to all latents; MS-SSIM where pictures are large enough, LPIPS where there is its network. */
export function scoreColumns({ numLatents, size, hasLpips }: ScoredShape): ScoreColumns {
  const ofPixels = Object.keys(pictureMetrics) as PictureMetricName[];
  return {
    keep: Array.from({ length: Math.log2(numLatents) + 1 }, (_, i) => 2 ** i),
    metrics: [
      ...ofPixels.filter((name) => name !== 'msSsim' || size >= MS_SSIM_SIZE),
      ...(hasLpips ? (['lpips'] as const) : []),
    ],
  };
}

/** What scores pictures. */
export interface Scorer {
  readonly tokenizer: ResTok;
  readonly findCodes: FindCodes;
  readonly network?: InceptionV3;
  readonly lpips?: Lpips;
  readonly pictures: StoredPictures;
}

/**
 * Takes blocks of a data set through the tokenizer and scores what comes back. What is computed at once never
 * crosses the border of a block, so that shards give the digits of one process.
 */
export async function scoreReconstructions(
  { tokenizer, findCodes, network, lpips, pictures }: Scorer,
  blocks: readonly Block[],
  onProgress: (done: number) => void,
): Promise<ReconstructionScores> {
  const { size } = pictures;
  const { numLatents } = tokenizer;
  const columns = scoreColumns({ numLatents, size, hasLpips: lpips !== undefined });
  const count = picturesOf(blocks).length;
  const width = columns.keep.length * columns.metrics.length;
  const scores = new Float64Array(count * width);
  const indices = new Int32Array(count * numLatents);
  const digests = new Uint8Array(count * DIGEST_BYTES);
  const originals = network && new FeatureGatherer(network);
  const reconstructions = network && new FeatureGatherer(network);
  const perPass = picturesPerPass(size);
  let done = 0;
  for (const block of blocks) {
    const read: Uint8Array[] = [];
    const made: Uint8Array[] = [];
    for (const part of partsOf(block, perPass)) {
      const values = await pictures.read(picturesOf([part]));
      const scored = await scorePart({ tokenizer, findCodes, lpips }, values, { size, columns });
      scores.set(scored.scores, done * width);
      indices.set(scored.indices, done * numLatents);
      scored.originals.forEach((picture, i) => digests.set(bytesDigest(picture), (done + i) * DIGEST_BYTES));
      read.push(...scored.originals);
      made.push(...scored.reconstructions);
      done += part.end - part.start;
      onProgress(done);
      await otherEvents();
    }
    const whole = { start: 0, end: read.length };
    const setOf = (all: readonly Uint8Array[]) => ({
      ...{ height: size, width: size },
      bytes: (index: number) => all[index]!,
    });
    await originals?.add(setOf(read), whole);
    await reconstructions?.add(setOf(made), whole);
  }
  return {
    ...{ scores, indices, digests },
    originals: originals?.features(),
    reconstructions: reconstructions?.features(),
  };
}

/** What one pass gives. */
interface ScoredPart {
  readonly scores: Float64Array;
  readonly indices: Int32Array;
  readonly originals: readonly Uint8Array[];
  readonly reconstructions: readonly Uint8Array[];
}

/** @param values `[pictures, size, size, 3]`, 0 to 1. */
async function scorePart(
  { tokenizer, findCodes, lpips }: Pick<Scorer, 'tokenizer' | 'findCodes' | 'lpips'>,
  values: Float32Array,
  { size, columns }: { readonly size: number; readonly columns: ScoreColumns },
): Promise<ScoredPart> {
  const { keep, metrics } = columns;
  const count = values.length / (size * size * 3);
  const format: PictureFormat = { width: size, height: size, channels: 3, peak: 255 };
  const originals = split(values, count, size);
  const reference = lpips && new LpipsReference(lpips, originals, size);
  const scores = new Float64Array(count * keep.length * metrics.length);
  const pixels = tensor4d(values, [count, size, size, 3]);
  const encoded = await findCodes(pixels);
  const indices = await encoded.indices.data<'int32'>();
  let made: Uint8Array[] = [];
  for (const [column, numKept] of keep.entries()) {
    const decoded = tokenizer.decode(encoded.codes, { numKept });
    made = split(await decoded.data(), count, size);
    decoded.dispose();
    const distances = await reference?.distances(made);
    for (const [picture, pixelsOf] of made.entries()) {
      for (const [metric, name] of metrics.entries()) {
        scores[(picture * keep.length + column) * metrics.length + metric] =
          name === 'lpips'
            ? distances![picture]!
            : pictureMetrics[name](originals[picture]!, pixelsOf, format);
      }
    }
  }
  reference?.dispose();
  [pixels, encoded.indices, encoded.codes].forEach((tensor) => tensor.dispose());
  return { scores, indices: Int32Array.from(indices), originals, reconstructions: made };
}

/** Values in 0 ... 1 as the bytes of each picture. */
function split(values: ArrayLike<number>, count: number, size: number): Uint8Array[] {
  const { pixels } = fromUnitRange(values, size, size * count);
  return Array.from({ length: count }, (_, i) => pixels.subarray(i * size ** 2 * 3, (i + 1) * size ** 2 * 3));
}
