import { msSsim } from './ms-ssim';
import type { PictureMetric } from './picture-format';
import { psnr } from './psnr';
import { ssim } from './ssim';

/** Every metric that compares one picture with its reference, by the name that reports use. */
export const pictureMetrics = { psnr, ssim, msSsim } satisfies Record<string, PictureMetric>;

/** A key of `pictureMetrics`. */
export type PictureMetricName = keyof typeof pictureMetrics;
