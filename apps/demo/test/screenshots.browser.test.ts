import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { View } from '../src/state/route';
import { views } from '../src/state/route';
import { openPage, startBrowser } from './open-page';
import { SITE_TOKENIZER } from './page-use';

const output = fileURLToPath(new URL('../../../output/demo/', import.meta.url));
const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const LARGEST_README_PICTURE = 200_000;

const sizes = [
  [360, 740],
  [820, 1100],
  [1440, 900],
] as const;

/** What must be there before a view is worth looking at. */
const ready: Readonly<Record<View, string>> = {
  reconstruct: "/\\d/.test(document.querySelector('[data-testid=psnr]')?.textContent ?? '')",
  generate: "/^Pass 8 of 8/.test(document.querySelector('[data-testid=passes]')?.textContent ?? '')",
  mix: "document.querySelector('[data-testid=between]')?.classList.contains('picture-empty') === false",
  inside:
    "document.querySelector('[data-testid=level-map-6]') !== null && /matters most/.test(document.querySelector('[data-testid=effects-text]')?.textContent ?? '')",

  train: "/^Paused/.test(document.querySelector('[data-testid=train-status]')?.textContent ?? '')",
  models: "document.querySelector('.columns') !== null",
};

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  mkdirSync(output, { recursive: true });
});
afterAll(() => browser.close());

async function prepare(page: Page, view: View): Promise<void> {
  if (view === 'generate') {
    await page.getByText('animals/noto').click();
    await page.getByRole('button', { name: 'Generate', exact: true }).click();
  }
  if (view === 'train') {
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText(/^Step [1-9]/).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
  }
  await page.waitForFunction(ready[view]);
  if (view === 'inside') {
    // Filled while it is looked at.
    await page.getByTestId('codebook').scrollIntoViewIfNeeded();
    await page.getByText(/^\d*[1-9]\d* of 256 codes decoded/).waitFor();
  }
  if (view === 'models') {
    await page.getByLabel('Address of its folder').fill(SITE_TOKENIZER);
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await page.getByTestId('found').waitFor();
  }
}

describe.each(views)('Screenshots of %s', (view) => {
  it('are taken at three widths in both colours', async () => {
    const { page, context } = await openPage(browser, `#/${view}`);
    await prepare(page, view);
    for (const colours of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: colours, reducedMotion: 'reduce' });
      for (const [width, height] of sizes) {
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(200);
        const path = join(output, `${view}-${width}-${colours}.png`);
        await page.screenshot({ path, fullPage: true });
        const seen = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(seen, `${view} at ${width} px scrolls sideways`).toBeLessThanOrEqual(width);
      }
    }
    await context.close();
  });
});

describe('Pictures of the README', () => {
  it.each(['light', 'dark'] as const)('are small enough in %s colours', async (colours) => {
    const { page, context } = await openPage(browser, '', { colours, width: 1200, height: 860 });
    await page.waitForFunction(ready.reconstruct);
    await page.getByRole('slider', { name: 'Kept latents' }).press('6');
    await page.waitForTimeout(5000);
    const path = join(docs, `demo-${colours}.png`);
    await sharp(await page.screenshot())
      .png({ palette: true, colours: 128, effort: 10 })
      .toFile(path);
    expect(statSync(path).size).toBeLessThan(LARGEST_README_PICTURE);
    await context.close();
  });
});
