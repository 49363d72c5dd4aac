export { codebookEntropy } from './codebook-entropy';
export { codebookUsage } from './codebook-usage';
export { msSsim } from './ms-ssim';
export type { PictureFormat, PictureMetric } from './picture-format';
export { pictureMetrics } from './picture-metrics';
export type { PictureMetricName } from './picture-metrics';
export { psnr } from './psnr';
export type { PsnrOptions } from './psnr';
export { ssim } from './ssim';
