import { readFile } from 'node:fs/promises';
import { openFixture } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import type { FeatureStatistics } from '../src/index';
import {
  codebookEntropy,
  codebookUsage,
  featureStatistics,
  frechetDistance,
  inceptionScore,
  msSsim,
  precisionRecall,
  psnr,
  softmaxRows,
  ssim,
} from '../src/index';

const fixture = openFixture('metrics');
const io = fixture.tensors('io');
const reference = fixture.config.reference['results_float64'] as Record<string, number>;

/** Mean of a metric over a PyTorch batch `[B, C, H, W]`, made channels-last. */
function ofPictures(name: string, metric: typeof ssim): number {
  const { shape, values: real } = io.get(`${name}.real`)!;
  const fake = io.get(`${name}.fake`)!.values;
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const picture = (values: ArrayLike<number>, b: number): Float32Array =>
    Float32Array.from({ length: plane * channels }, (_, i) => {
      return values[(b * channels + (i % channels)) * plane + Math.floor(i / channels)]!;
    });
  const format = { height, width, channels };
  const all = Array.from({ length: batch }, (_, b) => metric(picture(real, b), picture(fake, b), format));
  return all.reduce((sum, value) => sum + value, 0) / batch;
}

function statisticsOf(name: string): FeatureStatistics {
  const { shape, values } = io.get(name)!;
  return featureStatistics(values, shape[1]!);
}

function distance(real: string, fake: string): number {
  return frechetDistance(statisticsOf(real), statisticsOf(fake));
}

/** What the table of the README says, in single spaces. */
function tableRows(): string[] {
  const { shape, values } = io.get('probs')!;
  const logits = io.get('vqgan.logits.fake')!;
  const features = io.get('features.ref')!;
  const { precision, recall } = precisionRecall(features.values, io.get('features.sample')!.values, {
    dim: features.shape[1]!,
  });
  const codes = io.get('vqgan.codes')!.values;
  const size = Number(fixture.config.reference['codebook_size'] ?? fixture.config['codebook_size']);
  const logitProbabilities = softmaxRows(logits.values, logits.shape[1]!);
  const rows: [metric: string, ours: number, key: string][] = [
    ['FID', distance('features.ref', 'features.sample'), 'FID'],
    ['sFID', distance('spatial.ref', 'spatial.sample'), 'sFID'],
    [
      'FID, fewer rows than features',
      distance('features.rank_deficient.ref', 'features.rank_deficient.sample'),
      'FID_rank_deficient',
    ],
    ['rFID', distance('vqgan.features.real', 'vqgan.features.fake'), 'vqgan.rFID'],
    ['inception score, whole set', inceptionScore(values, shape[1]!), 'InceptionScore'],
    [
      'inception score, parts of 40',
      inceptionScore(values, shape[1]!, { splitSize: 40 }),
      'InceptionScore_split40',
    ],
    [
      'inception score, from logits',
      inceptionScore(logitProbabilities, logits.shape[1]!),
      'vqgan.InceptionScore',
    ],
    ['precision', precision, 'precision_f32'],
    ['recall', recall, 'recall_f32'],
    ['PSNR', ofPictures('images_small', psnr), 'images_small.PSNR'],
    ['SSIM', ofPictures('images_small', ssim), 'images_small.SSIM'],
    ['SSIM, large picture', ofPictures('images_large', ssim), 'images_large.SSIM'],
    ['MS-SSIM', ofPictures('images_large', msSsim), 'images_large.MS-SSIM'],
    ['codebook usage', codebookUsage(codes, size), 'vqgan.CodebookUsage'],
    ['codebook entropy', codebookEntropy(codes, size), 'vqgan.CodebookEntropy'],
  ];
  return rows.map(([metric, ours, key]) => {
    const wanted = reference[key]!;
    const difference = Math.abs(ours / wanted - 1);
    const shown = difference < 1e-12 ? 'none' : difference.toExponential(0);
    return `| ${metric} | ${ours.toFixed(7)} | ${wanted.toFixed(7)} | ${shown} |`;
  });
}

describe('the README of the repository', () => {
  it('has the values that are computed, beside those of the reference', async () => {
    const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
    const lines = readme.split('\n').map((line) => line.replaceAll(/\s+/g, ' '));
    const wanted = tableRows();
    const start = lines.findIndex((line) =>
      line.startsWith('| metric | our value | reference value | difference |'),
    );
    expect(lines.slice(start + 2, start + 2 + wanted.length)).toEqual(wanted);
  });
});
