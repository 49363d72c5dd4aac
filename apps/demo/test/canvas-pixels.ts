import type { Page } from 'playwright-core';

/** Pixels of a picture on the page, RGB, row-major. */
export async function canvasPixels(page: Page, testId: string): Promise<number[]> {
  return [...(await rgbaOf(page, testId))].filter((_, i) => i % 4 !== 3);
}

/** The alpha of a veil on the page, which is what it shows, row-major. */
export async function canvasAlpha(page: Page, testId: string): Promise<number[]> {
  return [...(await rgbaOf(page, testId))].filter((_, i) => i % 4 === 3);
}

/** As text, since a list of a million numbers takes a browser's protocol many seconds. */
async function rgbaOf(page: Page, testId: string): Promise<Buffer> {
  const base64 = await page.getByTestId(testId).evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext('2d');
    const rgba = context?.getImageData(0, 0, width, height).data ?? [];
    return btoa(Array.from(rgba, (value) => String.fromCharCode(value)).join(''));
  });
  return Buffer.from(base64, 'base64');
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
