import { openFixture } from '@restok/testing';
import type { FixtureTensor } from '@restok/testing';
import { describe, expect, it } from 'vitest';
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
import type { FeatureStatistics } from '../src/index';
import type { PictureFormat } from '../src/index';
import { squaredRadii } from '../src/precision-recall';
import { ssimByDefinition } from './ssim-by-definition';

/** The reference works in single precision. */
const SINGLE_PRECISION = 1e-6;

/** Squared distances as |a|² - 2ab + |b|² cancel a little in single precision. */
const SINGLE_PRECISION_DISTANCES = 5e-6;

/** Two ways to compute the same in double precision. */
const DOUBLE_PRECISION = 1e-10;

const fixture = openFixture('metrics');
const io = fixture.tensors('io');
const expected = fixture.config.reference['results_float64'] as Record<string, number>;

/** Pictures of a PyTorch batch `[B, C, H, W]`, each channels-last. */
function pictures({ shape, values }: FixtureTensor): { pixels: Float32Array[]; format: PictureFormat } {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const plane = height * width;
  const pixels = Array.from({ length: batch }, (_, b) =>
    Float32Array.from({ length: plane * channels }, (_, i) => {
      const channel = i % channels;
      return values[(b * channels + channel) * plane + Math.floor(i / channels)]!;
    }),
  );
  return { pixels, format: { height, width, channels } };
}

function valuesOf(
  name: 'images_small' | 'images_large',
  metric: (real: Float32Array, fake: Float32Array, format: PictureFormat) => number,
): number[] {
  const { pixels: real, format } = pictures(io.get(`${name}.real`)!);
  const { pixels: fake } = pictures(io.get(`${name}.fake`)!);
  return real.map((picture, i) => metric(picture, fake[i]!, format));
}

function statisticsOf(name: string): FeatureStatistics {
  const { shape, values } = io.get(name)!;
  return featureStatistics(values, shape[1]!);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function expectRelative(actual: number, wanted: number, tolerance: number): void {
  expect(Math.abs(actual / wanted - 1), `${actual} against ${wanted}`).toBeLessThan(tolerance);
}

describe('fixture metrics', () => {
  it('has the PSNR of each picture and their mean', () => {
    const small = valuesOf('images_small', psnr);
    small.forEach((value, i) =>
      expectRelative(value, io.get('images_small.psnr_per_image')!.values[i]!, SINGLE_PRECISION),
    );
    expectRelative(mean(small), expected['images_small.PSNR']!, SINGLE_PRECISION);
    expectRelative(mean(valuesOf('images_large', psnr)), expected['images_large.PSNR']!, SINGLE_PRECISION);
  });

  it('has the SSIM of each picture and their mean', () => {
    const small = valuesOf('images_small', ssim);
    small.forEach((value, i) =>
      expectRelative(value, io.get('images_small.ssim_per_image')!.values[i]!, SINGLE_PRECISION),
    );
    expectRelative(mean(small), expected['images_small.SSIM']!, SINGLE_PRECISION);
    expectRelative(mean(valuesOf('images_large', ssim)), expected['images_large.SSIM']!, SINGLE_PRECISION);
  });

  it('has the SSIM and the PSNR that scikit-image gives for each picture', () => {
    const ofImages = (key: string): readonly number[] =>
      (fixture.config.reference['results_float64'] as Record<string, readonly number[]>)[key]!;
    const [withSsim, withPsnr] = [ssim, psnr].map((metric) => valuesOf('images_small', metric));
    const wanted = ofImages('skimage_ssim_gaussian_per_image');
    expect(wanted).toHaveLength(withSsim!.length);
    wanted.forEach((value, i) => expectRelative(withSsim![i]!, value, SINGLE_PRECISION));
    ofImages('skimage_psnr_per_image').forEach((value, i) =>
      expectRelative(withPsnr![i]!, value, SINGLE_PRECISION),
    );
  });

  it('has the SSIM that the definition gives window by window', () => {
    for (const name of ['images_small', 'images_large'] as const) {
      const byDefinition = mean(valuesOf(name, ssimByDefinition));
      expectRelative(mean(valuesOf(name, ssim)), byDefinition, DOUBLE_PRECISION);
    }
  });

  it('has the MS-SSIM of a picture with an odd width', () => {
    expectRelative(
      mean(valuesOf('images_large', msSsim)),
      expected['images_large.MS-SSIM']!,
      SINGLE_PRECISION,
    );
  });

  it('has the mean and covariance of features', () => {
    for (const name of ['ref', 'sample']) {
      const { mean, covariance } = statisticsOf(`features.${name}`);
      const wanted = io.get(`stats.${name}.sigma`)!.values;
      io.get(`stats.${name}.mu`)!.values.forEach((value, i) =>
        expect(Math.abs(mean[i]! - value)).toBeLessThan(SINGLE_PRECISION),
      );
      wanted.forEach((value, i) => expectRelative(covariance[i]!, value, SINGLE_PRECISION));
    }
  });

  it('has FID, sFID and rFID, and FID of fewer rows than features', () => {
    for (const [result, reference, sample] of [
      ['FID', 'features.ref', 'features.sample'],
      ['sFID', 'spatial.ref', 'spatial.sample'],
      ['FID_rank_deficient', 'features.rank_deficient.ref', 'features.rank_deficient.sample'],
      ['vqgan.rFID', 'vqgan.features.real', 'vqgan.features.fake'],
    ] as const) {
      const distance = frechetDistance(statisticsOf(reference), statisticsOf(sample));
      expectRelative(distance, expected[result]!, SINGLE_PRECISION);
    }
  });

  it('has the inception scores of the whole set and of parts, from probabilities and from logits', () => {
    const { shape, values } = io.get('probs')!;
    expectRelative(inceptionScore(values, shape[1]!), expected['InceptionScore']!, SINGLE_PRECISION);
    expectRelative(
      inceptionScore(values, shape[1]!, { splitSize: 40 }),
      expected['InceptionScore_split40']!,
      SINGLE_PRECISION,
    );
    const logits = io.get('vqgan.logits.fake')!;
    expectRelative(
      inceptionScore(softmaxRows(logits.values, logits.shape[1]!), logits.shape[1]!),
      expected['vqgan.InceptionScore']!,
      SINGLE_PRECISION,
    );
  });

  it('has the precision and recall, and the radii they come from', () => {
    const { shape, values: reference } = io.get('features.ref')!;
    const samples = io.get('features.sample')!.values;
    const dim = shape[1]!;
    expect(precisionRecall(reference, samples, { dim })).toEqual({
      precision: expected['precision_f32'],
      recall: expected['recall_f32'],
    });
    for (const [name, rows] of [
      ['radii.ref', reference],
      ['radii.sample', samples],
    ] as const) {
      squaredRadii(Float64Array.from(rows), dim, 3).forEach((radius, i) =>
        expectRelative(radius, io.get(name)!.values[i]!, SINGLE_PRECISION_DISTANCES),
      );
    }
  });

  it('has the codebook usage and entropy', () => {
    const codes = io.get('vqgan.codes')!.values;
    const codebookSize = Number(fixture.config.reference['codebook_size'] ?? fixture.config['codebook_size']);
    expect(codebookUsage(codes, codebookSize)).toBe(expected['vqgan.CodebookUsage']);
    expectRelative(
      codebookEntropy(codes, codebookSize),
      expected['vqgan.CodebookEntropy']!,
      SINGLE_PRECISION,
    );
  });
});
