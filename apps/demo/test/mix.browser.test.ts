import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canvasPixels, largestDifference } from './canvas-pixels';
import { mixOrigins, parseOrigins } from '../src/state/mixing';
import { textToTokens } from '../src/state/token-text';
import { decodeInNode } from './in-node';
import { openPage, startBrowser } from './open-page';

/** A decode of a batch may differ in its last bit from that of one alone. */
const PIXEL_TOLERANCE = 1;
/** Two builds of the same backend may sum in another order; 8 bits hide all but a step or two of that. */
const NODE_TOLERANCE = 2;
/** Latents by level of the shipped model. */
const LEVELS = [1, 1, 2, 4, 8, 16, 32];

/** A canvas is painted after the page is. */
const PAINT_MILLISECONDS = 300;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** Asked of the page itself: what the driver knows of its address comes later. */
async function settingsOf(page: Page): Promise<URLSearchParams> {
  const hash = await page.evaluate(() => location.hash);
  return new URLSearchParams(hash.split('?')[1]);
}

/** Pixels that Node decodes of the first picture, the second, and the mixed one. */
async function picturesInNode(settings: URLSearchParams) {
  const [a, b] = ['a', 'b'].map((name) => textToTokens(settings.get(name)!, 64, 4096)!) as [
    Int32Array,
    Int32Array,
  ];
  const origins = parseOrigins(settings.get('levels'), LEVELS.length)!;
  const mixed = mixOrigins({ a, b, redrawn: undefined }, origins, LEVELS);
  const decode = (indices: Int32Array) => decodeInNode(indices, 'emoji-64');
  return { a: await decode(a), b: await decode(b), mixed: await decode(mixed) };
}

async function whenMixed(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      location.hash.includes('levels=') &&
      ['mixed', 'between'].every(
        (id) => document.querySelector(`[data-testid=${id}]`)?.classList.contains('picture-empty') === false,
      ),
  );
}

describe('Mix', () => {
  it('takes a level from the other picture by dragging and by pressing', async () => {
    const { page, context, errors } = await openPage(browser, '#/mix');
    await whenMixed(page);
    expect((await settingsOf(page)).get('levels')).toBe('aaaabbb');
    const before = await canvasPixels(page, 'mixed');

    const grip = page
      .getByRole('group', { name: 'Latents of the second picture' })
      .getByRole('button')
      .nth(2);
    const from = (await grip.boundingBox())!;
    const to = (await page.getByRole('group', { name: 'Latents of the mixed picture' }).boundingBox())!;
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 6 });
    await page.mouse.up();
    expect((await settingsOf(page)).get('levels')).toBe('aababbb');

    const last = page.getByRole('group', { name: 'Latents of the first picture' }).getByRole('button').nth(6);
    await last.focus();
    await page.keyboard.press('Enter');
    expect((await settingsOf(page)).get('levels')).toBe('aababba');
    await expect.poll(() => canvasPixels(page, 'mixed'), { timeout: 60_000 }).not.toEqual(before);
    const expected = await picturesInNode(await settingsOf(page));
    await expect
      .poll(async () => largestDifference(await canvasPixels(page, 'mixed'), expected.mixed), {
        timeout: 60_000,
      })
      .toBeLessThanOrEqual(NODE_TOLERANCE);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('opens a link to the same mix', async () => {
    const { page, context } = await openPage(browser, '#/mix');
    await whenMixed(page);
    const again = await openPage(browser, await page.evaluate(() => location.hash));
    await whenMixed(again.page);
    const expected = await canvasPixels(page, 'mixed');
    expect(largestDifference(await canvasPixels(again.page, 'mixed'), expected)).toBeLessThanOrEqual(
      PIXEL_TOLERANCE,
    );
    expect([...(await settingsOf(again.page))]).toEqual([...(await settingsOf(page))]);
    await again.context.close();
    await context.close();
  });

  it('goes from one picture to the other, and the link says how far', async () => {
    const { page, context } = await openPage(browser, '#/mix');
    await whenMixed(page);
    const expected = await picturesInNode(await settingsOf(page));
    const slider = page.getByRole('slider', { name: /From the first to the second/ });
    const frameAt = async (key: string): Promise<number[]> => {
      await slider.press(key);
      await page.waitForTimeout(PAINT_MILLISECONDS);
      return canvasPixels(page, 'between');
    };
    expect(largestDifference(await frameAt('Home'), expected.a)).toBeLessThanOrEqual(NODE_TOLERANCE);
    const middle = await frameAt('PageUp');
    expect(largestDifference(middle, expected.a)).toBeGreaterThan(NODE_TOLERANCE);
    expect(largestDifference(middle, expected.b)).toBeGreaterThan(NODE_TOLERANCE);
    expect(largestDifference(await frameAt('End'), expected.b)).toBeLessThanOrEqual(NODE_TOLERANCE);

    expect((await settingsOf(page)).get('between')).toBe('8');
    const again = await openPage(browser, await page.evaluate(() => location.hash));
    await whenMixed(again.page);
    expect(largestDifference(await canvasPixels(again.page, 'between'), expected.b)).toBeLessThanOrEqual(
      NODE_TOLERANCE,
    );
    await again.context.close();
    await context.close();
  });

  it('draws finer levels anew and keeps the coarser ones', async () => {
    const { page, context } = await openPage(browser, '#/mix');
    await whenMixed(page);
    const first = textToTokens((await settingsOf(page)).get('a')!, 64, 4096)!;
    await page.getByLabel('From level').selectOption('4');
    await page.getByRole('button', { name: 'Draw them anew' }).click();
    await page.waitForFunction(() => location.hash.includes('nnn'));
    expect((await settingsOf(page)).get('levels')).toBe('aaaannn');
    const drawn = textToTokens((await settingsOf(page)).get('n')!, 64, 4096)!;
    expect([...drawn.subarray(0, 8)]).toEqual([...first.subarray(0, 8)]);
    expect([...drawn.subarray(8)]).not.toEqual([...first.subarray(8)]);
    await context.close();
  });
});
