import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { views } from '../src/state/route';
import { tabTo } from './keyboard-page';
import { openPage, startBrowser } from './open-page';
import { SITE_TOKENIZER, viewUses } from './page-use';

const PHONE_WIDTH = 360;
const DESK_WIDTH = 1280;
const SERIOUS = ['serious', 'critical'];
/** More is seen as a jump. @source web.dev, Cumulative Layout Shift. */
const LARGEST_SHIFT = 0.1;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

async function seriousFindings(page: Page): Promise<string[]> {
  const script = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(await readFile(script, 'utf8'));
  const { violations } = await page.evaluate(() =>
    (globalThis as { axe?: { run(): Promise<AxeResults> } }).axe!.run(),
  );
  return violations
    .filter(({ impact }) => SERIOUS.includes(impact ?? ''))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Findings in light and in dark colours. */
async function seriousFindingsInBothColours(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Colours change within 140 ms.
    await page.waitForTimeout(300);
    found.push(...(await seriousFindings(page)).map((finding) => `${colorScheme}: ${finding}`));
  }
  return found;
}

describe('The page', () => {
  it.each(views)('has no serious finding of axe in %s, in light and dark colours', async (view) => {
    const { page, context } = await openPage(browser, `#/${view}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(1000);
    expect(await seriousFindingsInBothColours(page)).toEqual([]);
    await context.close();
  });
});

describe('The page with results', () => {
  it.each(views)(
    'has no serious finding of axe in %s, at the widths of a phone and of a desk',
    async (view) => {
      const { page, context } = await openPage(browser, `#/${view}`);
      const { ready, start, done } = viewUses[view];
      await ready(page);
      await start(page);
      await done(page);
      for (const width of [PHONE_WIDTH, DESK_WIDTH]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await seriousFindingsInBothColours(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
      await context.close();
    },
  );

  it('has none with every setting open, an error and a model that is looked at', async () => {
    const { page, context } = await openPage(browser, '#/generate', { width: PHONE_WIDTH });
    await viewUses.generate.ready(page);
    await page.getByText('How it draws').click();
    await page.getByLabel('Guidance over the passes').selectOption('step');
    expect(await seriousFindingsInBothColours(page)).toEqual([]);
    await page.getByRole('link', { name: 'Models' }).click();
    for (const [address, shown] of [
      [SITE_TOKENIZER, page.getByTestId('found')],
      [`./${'a-long-name-of-a-folder'.repeat(4)}`, page.getByRole('alert').getByRole('button')],
    ] as const) {
      await page.getByLabel('Address of its folder').fill(address);
      await page.getByRole('button', { name: 'Look', exact: true }).click();
      await shown.waitFor();
      expect(await seriousFindingsInBothColours(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        PHONE_WIDTH,
      );
    }
    await context.close();
  });

  it('has none while a training is under way and a model is downloaded', async () => {
    const { page, context } = await openPage(browser, '#/train', { width: PHONE_WIDTH });
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText(/^Step [1-9]/).waitFor();
    expect(await seriousFindingsInBothColours(page)).toEqual([]);
    let letThrough = (): void => undefined;
    const held = new Promise<void>((resolve) => (letThrough = resolve));
    await context.route('**/model.safetensors', async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Mix' }).click();
    await page.getByTestId('progress').waitFor();
    expect(await seriousFindingsInBothColours(page)).toEqual([]);
    letThrough();
    await viewUses.mix.ready(page);
    await context.close();
  });
});

describe('The page by keyboard alone', () => {
  it('reaches a sample, the strip and another view', async () => {
    const { page, context } = await openPage(browser);
    await page.waitForFunction(() =>
      /\d/.test(document.querySelector('[data-testid=psnr]')?.textContent ?? ''),
    );
    await page.keyboard.press('8');
    expect(await page.getByTestId('kept').textContent()).toBe('64 of 64');
    await page.keyboard.press('2');
    expect(await page.getByTestId('kept').textContent()).toBe('2 of 64');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByTestId('kept').textContent()).toBe('3 of 64');

    await tabTo(page, /^Kept latents/);
    await page.keyboard.press('End');
    expect(await page.getByTestId('kept').textContent()).toBe('64 of 64');
    const before = page.url();
    await tabTo(page, /^Sample: house/);
    await page.keyboard.press('Enter');
    await page.waitForFunction((old) => location.href !== old, before);
    await page.keyboard.press('Home');
    await context.close();
  });

  it('does not shift while it loads, at the width of a phone', async () => {
    const { page, context } = await openPage(browser, '', { width: 360, height: 740 });
    await page.waitForFunction(() =>
      /\d/.test(document.querySelector('[data-testid=psnr]')?.textContent ?? ''),
    );
    const shift = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new PerformanceObserver((list) => {
            const shifts = list.getEntries() as (PerformanceEntry & {
              value?: number;
              hadRecentInput?: boolean;
            })[];
            resolve(
              shifts.reduce((sum, { value, hadRecentInput }) => sum + (hadRecentInput ? 0 : (value ?? 0)), 0),
            );
          }).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => resolve(0), 1000);
        }),
    );
    expect(shift).toBeLessThan(LARGEST_SHIFT);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await context.close();
  });
});
