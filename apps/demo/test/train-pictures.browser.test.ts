import sharp from 'sharp';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { canvasPixels, largestDifference } from './canvas-pixels';
import { openPage, startBrowser } from './open-page';
import { stepOf } from './train-page';

/** Steps on a machine that may be busy. */
const STEP_TIMEOUT = 200_000;
/** Two decoders of WebP upsample colours with other roundings. */
const PIXEL_TOLERANCE = 4;
/** The wall holds eight pictures from everywhere in the set, so its second is this one. */
const SECOND_ON_WALL = 128;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** Pixels of a picture of the sheet, RGB. */
async function tileInNode(at: number): Promise<number[]> {
  const left = (at % 32) * 64;
  const top = Math.floor(at / 32) * 64;
  const sheet = sharp(`${inject('modelsFolder')}/emoji-64/emoji-sheet/sheet.webp`);
  return [...(await sheet.extract({ left, top, width: 64, height: 64 }).removeAlpha().raw().toBuffer())];
}

describe('The emoji set in Train', () => {
  it('is downloaded when a training with it starts, and trained on', async () => {
    const { page, context, errors } = await openPage(browser, '#/train');
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.getByRole('radio', { name: /^The emoji set: 1,024 pictures, 1\.0 MB to download$/ }).check();
    await page.getByRole('radio', { name: '64 px' }).check({ force: true });
    expect(requests.filter((url) => url.endsWith('sheet.webp'))).toEqual([]);
    await page.getByRole('button', { name: 'Start' }).click();
    await page
      .getByTestId('train-status')
      .getByText(/ 1024 pictures; /)
      .waitFor();
    await expect.poll(() => stepOf(page), { timeout: STEP_TIMEOUT }).toBeGreaterThanOrEqual(3);
    expect(requests.filter((url) => url.endsWith('sheet.webp'))).toHaveLength(1);
    const shown = await canvasPixels(page, 'before-1');
    expect(largestDifference(shown, await tileInNode(SECOND_ON_WALL))).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    expect(await page.getByTestId('backend').textContent()).toMatch(/^Computing with WebAssembly/);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/^Paused after step/).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  it('says what to do when it is missing or the connection is gone, and starts when it is there', async () => {
    const { page, context } = await openPage(browser, '#/train');
    await page.getByRole('radio', { name: /^The emoji set: / }).check();
    const alert = page.getByRole('alert');

    await context.route('**/sheet.webp', (route) => route.fulfill({ status: 404 }));
    await page.getByRole('button', { name: 'Start' }).click();
    await alert
      .getByText(/^The emoji set is missing from this site \(404\)\. Train on other pictures/)
      .waitFor();
    await context.unroute('**/sheet.webp');

    await context.route('**/sheet.webp', (route) => route.abort());
    await page.getByRole('button', { name: 'Start' }).click();
    await alert
      .getByText('The emoji set could not be downloaded. Check the connection and press Start.')
      .waitFor();
    await context.unroute('**/sheet.webp');

    await context.route('**/sheet.webp', (route) => route.fulfill({ body: 'no picture' }));
    await page.getByRole('button', { name: 'Start' }).click();
    await alert.getByText(/^The sheet of emoji is damaged/).waitFor();
    await context.unroute('**/sheet.webp');

    await page.getByRole('button', { name: 'Start' }).click();
    await expect.poll(() => stepOf(page), { timeout: STEP_TIMEOUT }).toBeGreaterThanOrEqual(1);
    expect(await alert.textContent()).toBe('');
    await context.close();
  });
});
