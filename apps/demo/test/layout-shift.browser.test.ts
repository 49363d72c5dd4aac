import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { views } from '../src/state/route';
import { openPage, startBrowser } from './open-page';
import { viewUses } from './page-use';

/** A fifth of what is seen as a jump. @source web.dev, Cumulative Layout Shift: 0.1. */
const LARGEST_SHIFT = 0.02;
/** What moves after the result is there moves by then. */
const SETTLE_MILLISECONDS = 1000;

/** An entry of the observer of shifts, as pages note it. */
interface Shift {
  readonly value: number;
  readonly what: readonly string[];
}

type Noting = typeof globalThis & { shifts?: Shift[] };

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** Notes from the page's beginning on what moves without an input just before. */
function noteShifts(): void {
  const shifts: Shift[] = ((globalThis as Noting).shifts = []);
  new PerformanceObserver((list) => {
    type Entry = PerformanceEntry & {
      readonly value: number;
      readonly hadRecentInput: boolean;
      readonly sources: readonly { readonly node?: Node & { className?: string } }[];
    };
    for (const { value, hadRecentInput, sources } of list.getEntries() as Entry[]) {
      if (!hadRecentInput) {
        shifts.push({ value, what: sources.map(({ node }) => `${node?.nodeName}.${node?.className ?? ''}`) });
      }
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

async function shiftsOf(page: Page): Promise<readonly Shift[]> {
  await page.waitForTimeout(SETTLE_MILLISECONDS);
  return page.evaluate(() => (globalThis as Noting).shifts!);
}

const sum = (shifts: readonly Shift[]): number => shifts.reduce((total, { value }) => total + value, 0);

describe.each([
  [360, 740],
  [1280, 900],
])('The page, %d pixels wide', (width, height) => {
  it.each(views)('does not shift in %s while it loads and works', async (view) => {
    const { page, context } = await openPage(browser, 'icon.svg', { width, height });
    await page.addInitScript(noteShifts);
    await page.goto(new URL(`./#/${view}`, page.url()).href);
    const { ready, start, done } = viewUses[view];
    await ready(page);
    await start(page);
    await done(page);
    const shifts = await shiftsOf(page);
    expect(sum(shifts), JSON.stringify(shifts)).toBeLessThan(LARGEST_SHIFT);
    await context.close();
  });

  it('does not shift when something goes wrong, and when that is closed', async () => {
    const { page, context } = await openPage(browser, 'icon.svg', { width, height });
    await page.addInitScript(noteShifts);
    await page.route('**/samples/house.png', (route) => setTimeout(() => void route.abort(), 600));
    await page.goto(new URL('./#/reconstruct', page.url()).href);
    await viewUses.reconstruct.ready(page);
    await viewUses.reconstruct.start(page);
    await page
      .getByRole('alert')
      .getByText(/could not be fetched/)
      .waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('alert').textContent()).toBe('');
    const shifts = await shiftsOf(page);
    expect(sum(shifts), JSON.stringify(shifts)).toBeLessThan(LARGEST_SHIFT);
    await context.close();
  });
});
