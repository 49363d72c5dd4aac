import { frechetDistance } from '@restok/metrics';
import { inceptionScores, precisionAndRecall } from './inception-features';
import type { EvaluationReport, MetricLabel } from './report';
import type { SetFeatures } from './set-features';
import type { StoredStatistics } from './stored-statistics';

/** Features where there is no Inception network; those of the cards of the shipped models. */
export const COMPONENTS = { count: 64, passes: 6, seed: 1 };

export const generationLabels: Readonly<Record<string, MetricLabel>> = {
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
  return {
    settings: {
      ...settings,
      'reference statistics':
        stored === undefined ? 'of its pictures' : 'mu, sigma, mu_s and sigma_s of its file',
    },
    metrics: {
      fid: frechetDistance(pooled, samples.pooled),
      sFid: frechetDistance(spatial, samples.spatial),
      ...inceptionScores(samples),
      ...precisionAndRecall(reference, samples),
    },
  };
}
