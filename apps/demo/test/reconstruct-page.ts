import type { Page } from 'playwright-core';
import { textToTokens } from '../src/state/token-text';
import { canvasPixels } from './canvas-pixels';

/** Waits until the picture of all latents is there. */
export async function whenShown(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    /\d/.test(document.querySelector('[data-testid=psnr]')?.textContent ?? ''),
  );
}

/** Chooses a sample and waits until it is encoded: then the address holds it. */
export async function whenSample(page: Page, title: string): Promise<void> {
  const before = page.url();
  await page.getByRole('button', { name: `Sample: ${title}` }).click();
  await page.waitForFunction((old) => location.href !== old, before);
}

/** The picture once it is the one that the strip says. */
export async function settled(page: Page): Promise<number[]> {
  await page.waitForFunction(() => {
    const frame = document.querySelector('[data-testid=picture]')?.closest('.frame');
    return frame?.getAttribute('aria-busy') === 'false';
  });
  // The canvas is painted after the page is.
  await page.waitForTimeout(500);
  return canvasPixels(page, 'picture');
}

/** Indices of the picture that the address holds, of the shipped model. */
export async function shownIndices(page: Page): Promise<number[]> {
  const text = new URLSearchParams((await page.evaluate(() => location.hash)).split('?')[1]).get('t') ?? '';
  return [...(textToTokens(text, 64, 4096) ?? [])];
}
