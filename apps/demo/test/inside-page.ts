import type { Page } from 'playwright-core';

/** The alpha of a veil, which is what it shows, row-major. */
export async function alphaOf(page: Page, testId: string): Promise<number[]> {
  return page.getByTestId(testId).evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const rgba =
      (element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
    return [...rgba].filter((_, i) => i % 4 === 3);
  });
}
