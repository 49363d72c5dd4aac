import type { Plane } from './plane';

/** Taps of the window of SSIM. */
export const windowSize = 11;

/** Its standard deviation in pixels. */
const windowDeviation = 1.5;

/**
 * The window along one axis.
 *
 * @asIs The reference computes it in single precision, so its taps add up to 1 - 3e-8. Where a window is flat SSIM
 * subtracts nearly equal numbers, which makes 1e-5 of the value of a smooth picture out of that.
 */
export const gaussianWindow: Float64Array = singlePrecisionGaussian(windowSize, windowDeviation);

/**
 * Blurs a plane with the window of SSIM where the window fits, so each side gets 10 pixels shorter.
 *
 * @param plane both sides at least 11.
 * @source Z. Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004.
 */
export function gaussianBlur(plane: Plane): Plane {
  const height = plane.height - windowSize + 1;
  const width = plane.width - windowSize + 1;
  const alongRows = new Float64Array(plane.height * width);
  for (let row = 0; row < plane.height; row++) {
    for (let column = 0; column < width; column++) {
      alongRows[row * width + column] = windowedSum(plane.values, row * plane.width + column, 1);
    }
  }
  const values = new Float64Array(height * width);
  for (let position = 0; position < values.length; position++) {
    values[position] = windowedSum(alongRows, position, width);
  }
  return { height, width, values };
}

function windowedSum(values: Float64Array, start: number, step: number): number {
  let sum = 0;
  for (let tap = 0; tap < windowSize; tap++) {
    sum += gaussianWindow[tap]! * values[start + tap * step]!;
  }
  return sum;
}

function singlePrecisionGaussian(size: number, deviation: number): Float64Array {
  const centre = (size - 1) / 2;
  const taps = Array.from({ length: size }, (_, tap) =>
    Math.fround(Math.exp(-((tap - centre) ** 2) / (2 * deviation ** 2))),
  );
  const total = Math.fround(taps.reduce((sum, tap) => sum + tap, 0));
  return Float64Array.from(taps, (tap) => Math.fround(tap / total));
}
