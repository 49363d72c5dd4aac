import { tensor4d } from '@tensorflow/tfjs-core';
import { levelSchedule } from '@restok/core';
import type { StoredPictures } from '@restok/data';
import { fromUnitRange } from '@restok/data';
import {
  codebookByLevel,
  codebookEntropy,
  codebookUsage,
  frechetDistance,
  pictureMetrics,
} from '@restok/metrics';
import type { PictureFormat, PictureMetricName } from '@restok/metrics';
import type { PreprocessingName } from '@restok/metrics/inception';
import type { ResTok } from '@restok/tokenizer';
import { featuresOf, inceptionScores, loadInception } from '../evaluation/inception-features';
import type { PictureSet } from '../evaluation/picture-set';
import { openScoredData, pixelsDigest } from '../evaluation/picture-set';
import type { EvaluationReport, MetricLabel } from '../evaluation/report';
import { reportLines } from '../evaluation/report';
import type { TokenizerOptions } from '../load-tokenizer';
import { withTokenizer } from '../load-tokenizer';
import type { Output } from '../output';
import { createOutput, rateText } from '../output';
import { shippedTokenizer } from '../shipped-model';
import { UsageError } from '../usage-error';
import { weightsDigest } from '../weights-digest';

export interface EvalReconstructionOptions extends TokenizerOptions {
  readonly data: string;
  readonly inception?: string;
  readonly resize?: PreprocessingName;
}

/** Pictures that go through the tokenizer at once; more take no less time. */
const MAX_PER_PASS = 16;
const PIXELS_PER_PASS = 16 * 64 * 64;

/** Sides from which MS-SSIM is defined. */
const MS_SSIM_SIZE = 161;

/** Numbers of one count of kept latents. */
type Scores = Partial<Record<PictureMetricName, number>>;

/** What one pass over the data gathers. */
interface Gathered {
  /** Sums over pictures, by kept latents. */
  readonly sums: ReadonlyMap<number, Scores>;
  readonly indices: Int32Array;
  readonly originals: readonly Uint8Array[];
  /** From all latents. */
  readonly reconstructions: readonly Uint8Array[];
}

/** `restok eval reconstruction`: how well a tokenizer gives back the pictures of a data set. */
export async function evalReconstruction(options: EvalReconstructionOptions): Promise<void> {
  if (options.resize !== undefined && options.inception === undefined) {
    throw new UsageError(
      'restok: --resize needs --inception, whose pictures it resizes. Give a weight file or leave it out.',
    );
  }
  const output = createOutput(options);
  await withTokenizer(options, output, {
    prepare: ({ cropSize }) => openScoredData(options.data, cropSize),
    async run(tokenizer, { name, pictures }) {
      const gathered = await gather(tokenizer, pictures, output);
      const distribution = await byInception(gathered, pictures.size, options, output);
      const report = {
        settings: {
          model: options.model ?? shippedTokenizer(),
          'model sha256': await weightsDigest(tokenizer),
          data: name,
          'data count': pictures.count,
          'data size': `${pictures.size} x ${pictures.size}`,
          'data sha256': pixelsDigest(setOf(gathered.originals, pictures.size)),
          pixels: 'reconstructions clamped and rounded to 8 bits; means over pictures',
          ...distribution.settings,
        },
        metrics: { ...distribution.metrics, ...codebookMetrics(gathered.indices, tokenizer) },
      };
      const byLatents = meansByLatents(gathered.sums, pictures.count, tokenizer);
      const levels = codebookByLevel(
        gathered.indices,
        levelSchedule(tokenizer.numLatents).levelSizes,
        tokenizer.quantizer.options.codebookSize,
      );
      output.result({ ...report, byLatents, levels }, [
        ...reportLines(report, labels),
        '',
        ...table(
          ['latents', 'bits', 'PSNR, dB', 'SSIM', 'MS-SSIM'],
          Object.entries(byLatents).map(([kept, { bits, psnr, ssim, msSsim }]) => [
            kept,
            String(bits),
            psnr === null ? 'equal' : psnr.toFixed(2),
            ssim.toFixed(4),
            msSsim === undefined ? '-' : msSsim.toFixed(4),
          ]),
        ),
        '',
        ...table(
          ['level', 'latents', 'codebook used', 'entropy, bits'],
          levels.map(({ levelSize, usage, entropy }, level) => [
            String(level),
            String(levelSize),
            usage.toFixed(4),
            entropy.toFixed(2),
          ]),
        ),
      ]);
    },
  });
}

const labels: Readonly<Record<string, MetricLabel>> = {
  rFid: { text: 'rFID', digits: 4 },
  inceptionScore: { text: 'inception score, whole set', digits: 4 },
  inceptionScoreOfParts: { text: 'inception score, mean over parts of 5000', digits: 4 },
  codebookUsage: { text: 'codebook used', digits: 4 },
  codebookEntropyBits: { text: 'codebook entropy, bits', digits: 2 },
};

async function gather(tokenizer: ResTok, pictures: StoredPictures, output: Output): Promise<Gathered> {
  const { count, size } = pictures;
  const { numLatents } = tokenizer;
  const keep = Array.from({ length: Math.log2(numLatents) + 1 }, (_, i) => 2 ** i);
  const names = (Object.keys(pictureMetrics) as PictureMetricName[]).filter(
    (name) => name !== 'msSsim' || size >= MS_SSIM_SIZE,
  );
  const sums = new Map(
    keep.map((kept) => [kept, Object.fromEntries(names.map((name) => [name, 0])) as Scores]),
  );
  const format: PictureFormat = { width: size, height: size, channels: 3, peak: 255 };
  const indices = new Int32Array(count * numLatents);
  const originals: Uint8Array[] = [];
  const reconstructions: Uint8Array[] = [];
  const perPass = Math.min(MAX_PER_PASS, Math.max(1, Math.floor(PIXELS_PER_PASS / size ** 2)));
  const startedAt = performance.now();
  for (let start = 0; start < count; start += perPass) {
    const batch = Array.from({ length: Math.min(perPass, count - start) }, (_, i) => start + i);
    const values = await pictures.read(batch);
    const read = split(values, batch.length, size);
    originals.push(...read);
    const pixels = tensor4d(values, [batch.length, size, size, 3]);
    const encoded = tokenizer.encode(pixels);
    indices.set(await encoded.indices.data<'int32'>(), start * numLatents);
    for (const kept of keep) {
      const decoded = tokenizer.decode(encoded.codes, { numKept: kept });
      const made = split(await decoded.data(), batch.length, size);
      decoded.dispose();
      const scores = sums.get(kept)!;
      for (const name of names) {
        made.forEach((picture, i) => {
          scores[name]! += pictureMetrics[name](read[i]!, picture, format);
        });
      }
      if (kept === numLatents) {
        reconstructions.push(...made);
      }
    }
    [pixels, encoded.indices, encoded.codes].forEach((tensor) => tensor.dispose());
    output.progress(rateText(start + batch.length, count, startedAt, 'pictures'));
  }
  return { sums, indices, originals, reconstructions };
}

/** Values in 0 ... 1 as the bytes of each picture. */
function split(values: ArrayLike<number>, count: number, size: number): Uint8Array[] {
  const { pixels } = fromUnitRange(values, size, size * count);
  return Array.from({ length: count }, (_, i) => pixels.subarray(i * size ** 2 * 3, (i + 1) * size ** 2 * 3));
}

function meansByLatents(
  sums: ReadonlyMap<number, Scores>,
  count: number,
  tokenizer: ResTok,
): Record<string, { bits: number; psnr: number | null; ssim: number; msSsim?: number }> {
  const bitsPerLatent = Math.log2(tokenizer.quantizer.options.codebookSize);
  return Object.fromEntries(
    [...sums].map(([kept, { psnr, ssim, msSsim }]) => [
      kept,
      {
        bits: kept * bitsPerLatent,
        // JSON has no infinity, which equal pictures have.
        psnr: Number.isFinite(psnr) ? psnr! / count : null,
        ssim: ssim! / count,
        ...(msSsim === undefined ? {} : { msSsim: msSsim / count }),
      },
    ]),
  );
}

function codebookMetrics(indices: Int32Array, { quantizer }: ResTok): Record<string, number> {
  const { codebookSize } = quantizer.options;
  return {
    codebookUsage: codebookUsage(indices, codebookSize),
    codebookEntropyBits: codebookEntropy(indices, codebookSize),
  };
}

async function byInception(
  { originals, reconstructions }: Gathered,
  size: number,
  { inception, resize }: EvalReconstructionOptions,
  output: Output,
): Promise<EvaluationReport> {
  if (inception === undefined) {
    return { settings: {}, metrics: {} };
  }
  const { network, settings } = await loadInception({ inception, resize }, output.progress);
  try {
    const count = originals.length;
    const startedAt = performance.now();
    const ofSet = (pictures: readonly Uint8Array[], done: number): ReturnType<typeof featuresOf> =>
      featuresOf(network, setOf(pictures, size), (more) =>
        output.progress(rateText(done + more, 2 * count, startedAt, 'pictures')),
      );
    const real = await ofSet(originals, 0);
    const made = await ofSet(reconstructions, count);
    return {
      settings,
      metrics: { rFid: frechetDistance(real.pooled, made.pooled), ...inceptionScores(made) },
    };
  } finally {
    network.dispose();
  }
}

function setOf(pictures: readonly Uint8Array[], size: number): PictureSet {
  return { count: pictures.length, height: size, width: size, bytes: (index) => pictures[index]! };
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]!.length)));
  return [head, ...rows].map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join('  '));
}
