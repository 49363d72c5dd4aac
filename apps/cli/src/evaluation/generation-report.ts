import { frechetDistance } from '@restok/metrics';
import { eigenSolver } from './eigen-solver';
import { inceptionScores, NEIGHBOURS, precisionAndRecall, SPLIT_SIZE } from './inception-features';
import type { EvaluationReport, MetricLabel } from './report';
import type { SetFeatures } from './set-features';
import type { StoredStatistics } from './stored-statistics';

/** Features where there is no Inception network; those of the cards of the shipped models. */
export const COMPONENTS = { count: 64, passes: 6, seed: 1 };

export const generationLabels: Readonly<Record<string, MetricLabel>> = {
  fid: { text: 'FID', digits: 4 },
  sFid: { text: 'sFID', digits: 4 },
  inceptionScore: { text: 'inception score, whole set', digits: 4 },
  inceptionScoreOfParts: { text: `inception score, mean over parts of ${SPLIT_SIZE}`, digits: 4 },
  precision: { text: `precision, k = ${NEIGHBOURS}`, digits: 4 },
  recall: { text: `recall, k = ${NEIGHBOURS}`, digits: 4 },
  frechetPixelComponents: {
    text: `Fréchet distance of ${COMPONENTS.count} principal components of pixels (not FID)`,
    digits: 4,
  },
  frechetBetweenHalves: { text: 'the same between two halves of the reference, a floor', digits: 4 },
};

/** Features of both sets. */
export interface PairFeatures {
  readonly reference: SetFeatures;
  readonly samples: SetFeatures;
  /** Statistics that the reference's file holds; they are used for FID and sFID as the ADM suite does. */
  readonly stored?: StoredStatistics;
}

/** What the ADM evaluation suite says, the settings of the network and the sets being given. */
export function inceptionReport(
  settings: EvaluationReport['settings'],
  { reference, samples, stored }: PairFeatures,
): EvaluationReport {
  const { pooled, spatial } = stored ?? reference;
  const solver = eigenSolver();
  return {
    settings: {
      ...settings,
      'reference statistics':
        stored === undefined ? 'of its pictures' : 'mu, sigma, mu_s and sigma_s of its file',
      'precision and recall k': NEIGHBOURS,
      'inception score part': SPLIT_SIZE,
      'eigenvalues by': solver.name,
    },
    metrics: {
      fid: frechetDistance(pooled, samples.pooled, solver),
      sFid: frechetDistance(spatial, samples.spatial, solver),
      ...inceptionScores(samples),
      ...precisionAndRecall(reference, samples),
    },
  };
}
