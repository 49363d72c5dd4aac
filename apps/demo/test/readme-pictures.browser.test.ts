import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, startBrowser } from './open-page';
import { whenShown } from './reconstruct-page';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const LARGEST_BYTES = 200_000;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

describe('Pictures of the README', () => {
  it('are small enough in light and in dark colours', async () => {
    const { page, context } = await openPage(browser, '', { width: 1200, height: 860 });
    await whenShown(page);
    await page.getByRole('slider', { name: 'Kept latents' }).press('6');
    // The picture, then the times of the footer come to rest.
    await page.waitForTimeout(5000);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForTimeout(500);
      const path = join(docs, `demo-${colorScheme}.png`);
      await sharp(await page.screenshot())
        .png({ palette: true, colours: 128, effort: 10 })
        .toFile(path);
      expect(statSync(path).size).toBeLessThan(LARGEST_BYTES);
    }
    await context.close();
  });
});
