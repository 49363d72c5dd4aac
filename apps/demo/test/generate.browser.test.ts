import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { canvasPixels, largestDifference } from './canvas-pixels';
import { generateInNode } from './in-node';
import { goTo, useModelAt } from './models-page';
import type { OpenedPage } from './open-page';
import { openPage, startBrowser } from './open-page';
import { lastPass } from './page-use';

/** Two builds of the same backend may sum in another order; 8 bits hide all but a step or two of that. */
const PIXEL_TOLERANCE = 2;
/** Generations after which nothing may be left. */
const GENERATIONS = 20;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** Opens Generate with a model of 32 x 32 pixels, which takes a fraction of a second. */
async function openSmall(settings: string): Promise<OpenedPage> {
  const opened = await openPage(browser, '#/models');
  await useModelAt(opened.page, `${inject('modelsUrl')}small/tokenizer`, 'tokenizer');
  await useModelAt(opened.page, `${inject('modelsUrl')}small/generator`, 'generator');
  await goTo(opened.page, `#/generate?${settings}`);
  return opened;
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
    await lastPass(page, 8);
    const [expected] = await generateInNode('food/noto', {
      seed: 7,
      guidanceScale: 2,
      guidanceSchedule: { name: 'step', start: 0.25 },
      temperature: 0.9,
      topP: 0.9,
    });
    expect(largestDifference(await canvasPixels(page, 'generated'), expected!)).toBeLessThanOrEqual(
      PIXEL_TOLERANCE,
    );
    expect(errors).toEqual([]);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save PNG' }).click();
    const saved = await sharp(await readFile(await (await download).path())).metadata();
    expect([saved.format, saved.width, saved.height]).toEqual(['png', 512, 512]);
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
    await lastPass(page, 8);
    await context.close();
  });

  it('makes a grid of which each picture is the one that Node makes', async () => {
    const { page, context, errors } = await openSmall('class=food%2Fnoto&seed=7&n=4&guidance=1&topp=0.9');
    await lastPass(page, 6);
    const expected = await generateInNode('food/noto', { seed: 7, guidanceScale: 1, topP: 0.9 }, 'small', 4);
    expect(await page.locator('.grid-cell').count()).toBe(4);
    for (const [i, pixels] of expected.entries()) {
      await page.getByRole('button', { name: `Picture ${i + 1} of 4` }).click();
      await expect
        .poll(async () => largestDifference(await canvasPixels(page, 'generated'), pixels))
        .toBeLessThanOrEqual(PIXEL_TOLERANCE);
    }
    expect(new Set(expected.map((pixels) => pixels.join())).size).toBe(4);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('writes what is set by hand into the link', async () => {
    const { page, context } = await openPage(browser, '#/generate?class=food%2Fnoto');
    await lastPass(page, 8);
    await page.getByText('How it draws').click();
    await page.getByRole('slider', { name: /^Guidance: / }).fill('2.5');
    await page.getByRole('slider', { name: /^Temperature/ }).fill('0.8');
    await page.getByRole('slider', { name: /^Top-p/ }).fill('0.85');
    await page.getByLabel('Guidance over the passes').selectOption('cosine');
    await page.getByLabel('Seed', { exact: true }).fill('12');
    await page.getByRole('radio', { name: '4 pictures' }).check({ force: true });
    const settings = new URLSearchParams(
      (await page.evaluate(() => location.hash)).replace('#/generate?', ''),
    );
    expect(Object.fromEntries(settings)).toMatchObject({
      ...{ class: 'food/noto', seed: '12', n: '4', guidance: '2.5', schedule: 'cosine' },
      ...{ temperature: '0.8', topp: '0.85' },
    });
    await context.close();
  });

  it(`holds as many tensors after ${GENERATIONS} generations as after one`, async () => {
    const { page, context } = await openSmall('class=food%2Fnoto&n=1&guidance=1');
    await lastPass(page, 6);
    await page.getByText(/times as long/).waitFor();
    const memory = (): Promise<unknown> =>
      page.evaluate(() => (globalThis as { restok?: { memory(): Promise<unknown> } }).restok?.memory());
    const before = await memory();
    for (let i = 0; i < GENERATIONS; i++) {
      const pictures = await canvasPixels(page, 'generated');
      await page.getByRole('button', { name: 'Another seed' }).click();
      await page.getByRole('button', { name: 'Generate', exact: true }).click();
      await expect.poll(() => canvasPixels(page, 'generated')).not.toEqual(pictures);
      await lastPass(page, 6);
      await whenIdle(page);
    }
    expect(await memory()).toEqual(before);
    await context.close();
  });
});
