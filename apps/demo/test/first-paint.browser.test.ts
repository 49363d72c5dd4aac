import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, startBrowser } from './open-page';

const LARGEST_SCRIPT_BYTES = 300_000;
const FIRST_PAINT_MILLISECONDS = 1000;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

describe('The page', () => {
  it('paints within a second with less than 300 kB of script before the engine', async () => {
    const paints: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { page, context } = await openPage(browser);
      const isPainted = (): boolean => performance.getEntriesByName('first-contentful-paint').length > 0;
      await page.waitForFunction(isPainted);
      const loaded = await page.evaluate(async () => {
        const paint = performance.getEntriesByName('first-contentful-paint')[0]!.startTime;
        const scripts = [...document.querySelectorAll('script[src]')].map(
          ({ src }: Element & { src?: string }) => src ?? '',
        );
        const sizes = await Promise.all(scripts.map(async (src) => (await (await fetch(src)).blob()).size));
        return { paint, bytes: sizes.reduce((sum, size) => sum + size, 0) };
      });
      paints.push(loaded.paint);
      expect(loaded.bytes).toBeGreaterThan(0);
      expect(loaded.bytes).toBeLessThan(LARGEST_SCRIPT_BYTES);
      await context.close();
    }
    // The best of three: the machine may be doing other work.
    expect(Math.min(...paints)).toBeLessThan(FIRST_PAINT_MILLISECONDS);
  });
});
