import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const SERIOUS = ['serious', 'critical'];
/** What moves after the result is there moves by then. */
const SETTLE_MILLISECONDS = 1000;
/** Colours change within 140 ms. */
const RECOLOUR_MILLISECONDS = 300;

/** What moved without an input just before, and how far. */
export interface Shift {
  readonly value: number;
  readonly what: readonly string[];
}

type Noting = typeof globalThis & { shifts?: Shift[] };

/** Has the page note what shifts from its next load on. */
export async function noteShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: Shift[] = ((globalThis as Noting).shifts = []);
    new PerformanceObserver((list) => {
      type Entry = PerformanceEntry & {
        readonly value: number;
        readonly hadRecentInput: boolean;
        readonly sources: readonly { readonly node?: Node & { className?: string } }[];
      };
      for (const { value, hadRecentInput, sources } of list.getEntries() as Entry[]) {
        if (!hadRecentInput) {
          shifts.push({
            value,
            what: sources.map(({ node }) => `${node?.nodeName}.${node?.className ?? ''}`),
          });
        }
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** What shifted since the page was loaded, when it has come to rest. */
export async function shiftsOf(page: Page): Promise<readonly Shift[]> {
  await page.waitForTimeout(SETTLE_MILLISECONDS);
  return page.evaluate(() => (globalThis as Noting).shifts!);
}

/** How far the page shifted altogether, in the units of the browsers' Cumulative Layout Shift. */
export const totalShift = (shifts: readonly Shift[]): number =>
  shifts.reduce((total, { value }) => total + value, 0);

/** Serious findings of axe in light and in dark colours, of which the dark ones stay. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForTimeout(RECOLOUR_MILLISECONDS);
    found.push(...(await findingsNow(page)).map((finding) => `${colorScheme}: ${finding}`));
  }
  return found;
}

async function findingsNow(page: Page): Promise<string[]> {
  const script = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(await readFile(script, 'utf8'));
  const { violations } = await page.evaluate(() =>
    (globalThis as { axe?: { run(): Promise<AxeResults> } }).axe!.run(),
  );
  return violations
    .filter(({ impact }) => SERIOUS.includes(impact ?? ''))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** The width of all that the page holds; more than the window's means that it scrolls sideways. */
export const contentWidth = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth);
