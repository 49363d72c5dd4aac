import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canvasPixels, largestDifference } from './canvas-pixels';
import { generateInNode } from './in-node';
import { longestTask } from './longest-task';
import { openPage, startBrowser } from './open-page';

/** Two builds of the same backend may sum in another order; 8 bits hide all but a step or two of that. */
const PIXEL_TOLERANCE = 2;
const LONGEST_TASK_MILLISECONDS = 50;
/** Generations after which nothing may be left; npm run test:slow has twenty. */
const GENERATIONS = process.env.RESTOK_SLOW === undefined ? 5 : 20;
/** Each takes a second or two on a machine of its own, ten times as long on a busy one. */
const MANY_TIMEOUT = 900_000;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

function whenDone(page: Page): Promise<unknown> {
  return page.waitForFunction(() =>
    /^Pass 8 of 8/.test(document.querySelector('[data-testid=passes]')?.textContent ?? ''),
  );
}

async function whenIdle(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Generate', exact: true }).waitFor();
}

describe('Generate', () => {
  it('makes of a link the picture that Node makes of the same settings', async () => {
    const { page, context, errors } = await openPage(
      browser,
      '#/generate?class=food%2Fnoto&seed=7&n=1&guidance=2&schedule=step&start=0.25&temperature=0.9&topp=0.9',
    );
    await whenDone(page);
    const expected = await generateInNode('food/noto', {
      seed: 7,
      guidanceScale: 2,
      guidanceSchedule: { name: 'step', start: 0.25 },
      temperature: 0.9,
      topP: 0.9,
    });
    expect(largestDifference(await canvasPixels(page, 'generated'), expected)).toBeLessThanOrEqual(
      PIXEL_TOLERANCE,
    );
    expect(errors).toEqual([]);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save PNG' }).click();
    const saved = await sharp(await readFile(await (await download).path())).metadata();
    expect([saved.format, saved.width, saved.height]).toEqual(['png', 512, 512]);
    await context.close();
  });

  it('finds a class by words, shows the passes as they end, and keeps the main thread free', async () => {
    const { page, context } = await openPage(browser, '#/generate');
    await page.locator('.class-choice').first().waitFor();
    await page.getByPlaceholder('Search 27 classes').fill('twemoji tra');
    await page.getByText('travel/twemoji', { exact: true }).click();
    await page.getByRole('button', { name: 'Another seed' }).click();
    const seen = new Set<string>();
    const longest = await longestTask(browser, page, async () => {
      await page.getByRole('button', { name: 'Generate', exact: true }).click();
      while (!/^Pass 8 of 8/.test([...seen].at(-1) ?? '')) {
        seen.add((await page.getByTestId('passes').textContent()) ?? '');
        await page.waitForTimeout(20);
      }
    });
    expect([...seen].filter((text) => /^Pass \d of 8/.test(text)).length).toBeGreaterThan(3);
    expect(longest).toBeLessThan(LONGEST_TASK_MILLISECONDS);
    expect(page.url()).toContain('class=travel%2Ftwemoji');
    await page.getByText(/times as long when it predicts one latent a pass/).waitFor();
    await context.close();
  });

  it('stops in the middle and starts again', async () => {
    const { page, context } = await openPage(browser, '#/generate?class=food%2Fnoto&n=16');
    await page.waitForFunction(() =>
      /^Pass [12] of 8/.test(document.querySelector('[data-testid=passes]')?.textContent ?? ''),
    );
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText(/^Stopped after pass/).waitFor();
    await page.getByRole('radio', { name: '1 picture', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Generate', exact: true }).click();
    await whenDone(page);
    await context.close();
  });

  it(
    `holds as many tensors after ${GENERATIONS} generations as after one`,
    { timeout: MANY_TIMEOUT },
    async () => {
      const { page, context } = await openPage(browser, '#/generate?class=food%2Fnoto&n=1&guidance=1');
      await whenDone(page);
      await page.getByText(/times as long/).waitFor();
      const memory = (): Promise<unknown> =>
        page.evaluate(() => (globalThis as { restok?: { memory(): Promise<unknown> } }).restok?.memory());
      const before = await memory();
      for (let i = 0; i < GENERATIONS; i++) {
        await page.getByRole('button', { name: 'Another seed' }).click();
        await page.getByRole('button', { name: 'Generate', exact: true }).click();
        await page.getByRole('button', { name: 'Stop' }).waitFor();
        await whenIdle(page);
        await whenDone(page);
      }
      expect(await memory()).toEqual(before);
      await context.close();
    },
  );
});
