import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { views } from '../src/state/route';
import { openPage, startBrowser } from './open-page';

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

describe('The page', () => {
  it.each(views)('has no serious finding of axe in %s, in light and dark colours', async (view) => {
    const { page, context } = await openPage(browser, `#/${view}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.waitForTimeout(1000);
      expect(await seriousFindings(page), colorScheme).toEqual([]);
    }
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

    const tabTo = async (name: RegExp): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        const label = await page.evaluate(
          () =>
            document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
        );
        if (name.test(label)) {
          return;
        }
      }
      throw new Error(`No tab stop is called ${String(name)}.`);
    };
    await tabTo(/^Kept latents/);
    await page.keyboard.press('End');
    expect(await page.getByTestId('kept').textContent()).toBe('64 of 64');
    const before = page.url();
    await tabTo(/^Sample: house/);
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
