import { gaussianBlur } from './gaussian-blur';
import type { Plane } from './plane';
import { multiplyPlanes } from './plane';

/** Means over one plane of the two maps that SSIM and MS-SSIM are made of. */
export interface StructuralSimilarity {
  /** Luminance times contrast and structure: the SSIM of the plane. */
  readonly similarity: number;
  /** Contrast and structure alone. */
  readonly contrastStructure: number;
}

/**
 * Compares two planes window by window.
 *
 * With means µ, variances σ² and covariance σxy under a Gaussian window, c1 = (0.01 peak)² and
 * c2 = (0.03 peak)²:
 *
 * - contrast and structure: (2 σxy + c2) / (σx² + σy² + c2)
 * - luminance: (2 µx µy + c1) / (µx² + µy² + c1)
 *
 * @param x a plane with sides of at least 11.
 * @param y another of the same size.
 * @param peak the largest value a sample can have.
 * @source Z. Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004.
 */
export function structuralSimilarity(x: Plane, y: Plane, peak: number): StructuralSimilarity {
  const c1 = (0.01 * peak) ** 2;
  const c2 = (0.03 * peak) ** 2;
  const meanX = gaussianBlur(x).values;
  const meanY = gaussianBlur(y).values;
  const meanXX = gaussianBlur(multiplyPlanes(x, x)).values;
  const meanYY = gaussianBlur(multiplyPlanes(y, y)).values;
  const meanXY = gaussianBlur(multiplyPlanes(x, y)).values;
  let similarity = 0;
  let contrastStructure = 0;
  for (let i = 0; i < meanX.length; i++) {
    const squares = meanX[i]! ** 2 + meanY[i]! ** 2;
    const product = meanX[i]! * meanY[i]!;
    const luminance = (2 * product + c1) / (squares + c1);
    const structure = (2 * (meanXY[i]! - product) + c2) / (meanXX[i]! + meanYY[i]! - squares + c2);
    similarity += luminance * structure;
    contrastStructure += structure;
  }
  return { similarity: similarity / meanX.length, contrastStructure: contrastStructure / meanX.length };
}
