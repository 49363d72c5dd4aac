import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { View } from '../src/state/route';
import { views } from '../src/state/route';
import type { OpenedPage } from './open-page';
import { openPage, startBrowser } from './open-page';
import { contentWidth, noteShifts, seriousFindings, shiftsOf, totalShift } from './page-checks';
import { viewUses } from './page-use';

const output = fileURLToPath(new URL('../../../output/demo/', import.meta.url));

/** A fifth of what is seen as a jump. @source web.dev, Cumulative Layout Shift: 0.1. */
const LARGEST_SHIFT = 0.02;

/** How a view is opened, and the widths in which its result is kept as a picture. */
const windows = [
  { name: 'a phone', width: 360, height: 740, pictured: [[360, 740]] },
  {
    name: 'a desk',
    width: 1280,
    height: 900,
    pictured: [
      [820, 1100],
      [1440, 900],
    ],
  },
] as const;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  mkdirSync(output, { recursive: true });
});
afterAll(() => browser.close());

/** Opens a view as a visitor does,. */
async function openNoting(view: View, size: { width: number; height: number }): Promise<OpenedPage> {
  const opened = await openPage(browser, 'icon.svg', size);
  await noteShifts(opened.page);
  await opened.page.goto(new URL(`./#/${view}`, opened.page.url()).href);
  return opened;
}

describe.each(windows)('In the window of $name', ({ width, height, pictured }) => {
  it.each(views)('%s does not shift, has no serious finding of axe and fits, used once', async (view) => {
    const { page, context } = await openNoting(view, { width, height });
    const { ready, start, done } = viewUses[view];
    await ready(page);
    expect(await seriousFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await start(page);
    await done(page);
    const shifts = await shiftsOf(page);
    expect(totalShift(shifts), JSON.stringify(shifts)).toBeLessThan(LARGEST_SHIFT);

    expect(await seriousFindings(page)).toEqual([]);
    expect(await contentWidth(page)).toBeLessThanOrEqual(width);

    for (const [pictureWidth, pictureHeight] of pictured) {
      await page.setViewportSize({ width: pictureWidth, height: pictureHeight });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.waitForTimeout(200);
        await page.screenshot({
          path: join(output, `${view}-${pictureWidth}-${colorScheme}.png`),
          fullPage: true,
        });
      }
      expect(await contentWidth(page), `scrolls sideways at ${pictureWidth} px`).toBeLessThanOrEqual(
        pictureWidth,
      );
    }
    await context.close();
  });

  it('nothing shifts when something goes wrong, and when that is closed', async () => {
    const { page, context } = await openNoting('reconstruct', { width, height });
    await page.route('**/samples/house.png', (route) => setTimeout(() => void route.abort(), 600));
    await viewUses.reconstruct.ready(page);
    await viewUses.reconstruct.start(page);
    await page
      .getByRole('alert')
      .getByText(/could not be fetched/)
      .waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('alert').textContent()).toBe('');
    const shifts = await shiftsOf(page);
    expect(totalShift(shifts), JSON.stringify(shifts)).toBeLessThan(LARGEST_SHIFT);
    await context.close();
  });
});
