import { gaussianWindow } from '../src/gaussian-blur';
import type { StructuralSimilarity } from '../src/structural-similarity';

/** What two pictures of one value each give; the window's taps add up to 1 but for the last bits of single precision. */
export function flatSimilarity(x: number, y: number): StructuralSimilarity {
  const windowSum = gaussianWindow.reduce((sum, tap) => sum + tap, 0) ** 2;
  const product = windowSum ** 2 * x * y;
  const squares = windowSum ** 2 * (x ** 2 + y ** 2);
  const luminance = (2 * product + 0.0001) / (squares + 0.0001);
  const covariance = windowSum * x * y - product;
  const variances = windowSum * (x ** 2 + y ** 2) - squares;
  const contrastStructure = (2 * covariance + 0.0009) / (variances + 0.0009);
  return { similarity: luminance * contrastStructure, contrastStructure };
}
