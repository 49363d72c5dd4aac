import { openFixture } from '@restok/testing';
import type { FixtureTensor } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { codebookEntropy, codebookUsage, msSsim, psnr, ssim } from '../src/index';
import type { PictureFormat } from '../src/index';
import { ssimByDefinition } from './ssim-by-definition';

/** The reference works in single precision. */
const SINGLE_PRECISION = 1e-6;

/**
 * SSIM subtracts nearly equal numbers (the mean of squares and the square of the mean), so single precision
 * loses more where windows are flat. On the large picture the reference's 0.29686916 is 1.1e-5 off what the
 * definition gives in double precision, 0.29686595 (worked out window by window below).
 */
const SINGLE_PRECISION_CANCELLATION = 2e-5;

/** Two ways to compute the same in double precision. */
const DOUBLE_PRECISION = 1e-10;

/** Five scales multiply in single precision. */
const MULTI_SCALE = 1e-4;

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
    expectRelative(
      mean(valuesOf('images_large', ssim)),
      expected['images_large.SSIM']!,
      SINGLE_PRECISION_CANCELLATION,
    );
  });

  it('has the SSIM that the definition gives window by window', () => {
    for (const name of ['images_small', 'images_large'] as const) {
      const byDefinition = mean(valuesOf(name, ssimByDefinition));
      expectRelative(mean(valuesOf(name, ssim)), byDefinition, DOUBLE_PRECISION);
    }
  });

  it('has the MS-SSIM of a picture with an odd width', () => {
    expectRelative(mean(valuesOf('images_large', msSsim)), expected['images_large.MS-SSIM']!, MULTI_SCALE);
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
