import type { PictureFormat } from '../src/index';

/** One tap of the two-dimensional window. */
interface Tap {
  readonly row: number;
  readonly column: number;
  readonly weight: number;
}

/** SSIM window by window: weighted means, of the products too, in double precision with taps of single precision. */
export function ssimByDefinition(
  reference: ArrayLike<number>,
  reconstruction: ArrayLike<number>,
  { height, width, channels = 3, peak = 1 }: PictureFormat,
): number {
  const taps = gaussianTaps();
  let sum = 0;
  for (let row = 0; row <= height - 11; row++) {
    for (let column = 0; column <= width - 11; column++) {
      for (let channel = 0; channel < channels; channel++) {
        const positions = taps.map(
          (tap) => ((row + tap.row) * width + column + tap.column) * channels + channel,
        );
        const x = positions.map((position) => reference[position]!);
        const y = positions.map((position) => reconstruction[position]!);
        sum += similarity(x, y, taps, peak);
      }
    }
  }
  return sum / ((height - 10) * (width - 10) * channels);
}

function similarity(x: readonly number[], y: readonly number[], taps: readonly Tap[], peak: number): number {
  const weighted = (term: (i: number) => number): number =>
    taps.reduce((total, { weight }, i) => total + weight * term(i), 0);
  const meanX = weighted((i) => x[i]!);
  const meanY = weighted((i) => y[i]!);
  const varianceX = weighted((i) => x[i]! ** 2) - meanX ** 2;
  const varianceY = weighted((i) => y[i]! ** 2) - meanY ** 2;
  const covariance = weighted((i) => x[i]! * y[i]!) - meanX * meanY;
  const c1 = (0.01 * peak) ** 2;
  const c2 = (0.03 * peak) ** 2;
  const luminance = (2 * meanX * meanY + c1) / (meanX ** 2 + meanY ** 2 + c1);
  return (luminance * (2 * covariance + c2)) / (varianceX + varianceY + c2);
}

function gaussianTaps(): Tap[] {
  const alongAxis = Float32Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)));
  const total = Math.fround(alongAxis.reduce((sum, weight) => sum + weight, 0));
  const normalized = alongAxis.map((weight) => weight / total);
  return Array.from({ length: 121 }, (_, i) => {
    const row = Math.floor(i / 11);
    const column = i % 11;
    return { row, column, weight: normalized[row]! * normalized[column]! };
  });
}
