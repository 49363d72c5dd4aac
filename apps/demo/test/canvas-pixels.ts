import type { Page } from 'playwright-core';

/** Pixels of a picture on the page, RGB, row-major. */
export async function canvasPixels(page: Page, testId: string): Promise<number[]> {
  const canvas = page.getByTestId(testId);
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext('2d');
    const rgba = context?.getImageData(0, 0, width, height).data ?? [];
    return [...rgba].filter((_, i) => i % 4 !== 3);
  });
}

/** The largest distance of two lists of values; Infinity when their lengths differ. */
export function largestDifference(first: ArrayLike<number>, second: ArrayLike<number>): number {
  if (first.length !== second.length) {
    return Infinity;
  }
  let largest = 0;
  for (let i = 0; i < first.length; i++) {
    largest = Math.max(largest, Math.abs(first[i]! - second[i]!));
  }
  return largest;
}
