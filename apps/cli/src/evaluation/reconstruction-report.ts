import type { LevelCodebookUse } from '@restok/metrics';
import { codebookByLevel, codebookEntropy, codebookUsage, frechetDistance } from '@restok/metrics';
import { levelSchedule } from '@restok/core';
import { eigenSolver } from './eigen-solver';
import { inceptionScores, SPLIT_SIZE } from './inception-features';
import { digestOfDigests } from './picture-set';
import type { ReconstructionScores, ScoredShape } from './reconstruction-scores';
import { scoreColumns } from './reconstruction-scores';
import type { EvaluationReport, MetricLabel } from './report';
import { reportLines, table } from './report';
import type { SetFeatures } from './set-features';

/** Sizes that scores are read with. */
export interface ScoredSizes extends ScoredShape {
  /** V */
  readonly codebookSize: number;
}

/** Means over pictures from so many leading latents. */
export interface LatentsScores {
  readonly bits: number;
  /** Infinite, and so null in JSON, where a picture comes back as it was. */
  readonly psnr: number | null;
  readonly ssim: number;
  /** Where pictures are large enough. */
  readonly msSsim?: number;
  /** Where its weights were given. */
  readonly lpips?: number;
}

/** What `restok eval reconstruction --json` prints. */
export interface ReconstructionReport extends EvaluationReport {
  readonly byLatents: Readonly<Record<string, LatentsScores>>;
  readonly levels: readonly LevelCodebookUse[];
}

const labels: Readonly<Record<string, MetricLabel>> = {
  rFid: { text: 'rFID', digits: 4 },
  inceptionScore: { text: 'inception score, whole set', digits: 4 },
  inceptionScoreOfParts: { text: `inception score, mean over parts of ${SPLIT_SIZE}`, digits: 4 },
  codebookUsage: { text: 'codebook used', digits: 4 },
  codebookEntropyBits: { text: 'codebook entropy, bits', digits: 2 },
};

/**
 * Numbers of a whole data set.
 *
 * @param settings what they depend on, but for the digest of the data.
 */
export function reconstructionReport(
  settings: EvaluationReport['settings'],
  { scores, indices, digests, originals, reconstructions }: ReconstructionScores,
  sizes: ScoredSizes,
): ReconstructionReport {
  const { numLatents, codebookSize, size } = sizes;
  const distribution = distributionScores(originals, reconstructions);
  return {
    settings: {
      ...settings,
      'data sha256': digestOfDigests(digests, { height: size, width: size }),
      ...distribution.settings,
    },
    metrics: {
      ...distribution.metrics,
      codebookUsage: codebookUsage(indices, codebookSize),
      codebookEntropyBits: codebookEntropy(indices, codebookSize),
    },
    byLatents: meansByLatents(scores, sizes),
    levels: codebookByLevel(indices, levelSchedule(numLatents).levelSizes, codebookSize),
  };
}

/** Numbers of features, and what they depend on. */
function distributionScores(
  originals: SetFeatures | undefined,
  reconstructions: SetFeatures | undefined,
): EvaluationReport {
  if (originals === undefined || reconstructions === undefined) {
    return { settings: {}, metrics: {} };
  }
  const solver = eigenSolver();
  return {
    settings: { 'inception score part': SPLIT_SIZE, 'eigenvalues by': solver.name },
    metrics: {
      rFid: frechetDistance(originals.pooled, reconstructions.pooled, solver),
      ...inceptionScores(reconstructions),
    },
  };
}

/** Sums go over pictures in their order, so that shards give the same digits. */
function meansByLatents(scores: Float64Array, sizes: ScoredSizes): Record<string, LatentsScores> {
  const { keep, metrics } = scoreColumns(sizes);
  const width = keep.length * metrics.length;
  const count = scores.length / width;
  const mean = (column: number): number => {
    let sum = 0;
    for (let picture = 0; picture < count; picture++) {
      sum += scores[picture * width + column]!;
    }
    return sum / count;
  };
  return Object.fromEntries(
    keep.map((kept, i) => {
      const means = Object.fromEntries(metrics.map((name, j) => [name, mean(i * metrics.length + j)]));
      const { psnr, ssim, msSsim, lpips } = means;
      return [
        kept,
        {
          bits: kept * Math.log2(sizes.codebookSize),
          // JSON has no infinity, which equal pictures have.
          psnr: Number.isFinite(psnr) ? psnr! : null,
          ssim: ssim!,
          ...(msSsim === undefined ? {} : { msSsim }),
          ...(lpips === undefined ? {} : { lpips }),
        },
      ];
    }),
  );
}

/** The report for people. */
export function reconstructionLines(report: ReconstructionReport): string[] {
  return [
    ...reportLines(report, labels),
    '',
    ...table(
      ['latents', 'bits', 'PSNR, dB', 'SSIM', 'MS-SSIM', 'LPIPS'],
      Object.entries(report.byLatents).map(([kept, { bits, psnr, ssim, msSsim, lpips }]) => [
        kept,
        String(bits),
        psnr === null ? 'equal' : psnr.toFixed(2),
        ssim.toFixed(4),
        msSsim === undefined ? '-' : msSsim.toFixed(4),
        lpips === undefined ? '-' : lpips.toFixed(4),
      ]),
    ),
    '',
    ...table(
      ['level', 'latents', 'codebook used', 'entropy, bits'],
      report.levels.map(({ levelSize, usage, entropy }, level) => [
        String(level),
        String(levelSize),
        usage.toFixed(4),
        entropy.toFixed(2),
      ]),
    ),
  ];
}
