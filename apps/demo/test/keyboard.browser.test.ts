import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { View } from '../src/state/route';
import { views } from '../src/state/route';
import { tabStops, tabTo } from './keyboard-page';
import { openPage, startBrowser } from './open-page';
import { SITE_TOKENIZER, lastPass, viewUses } from './page-use';
import { errorOf } from './train-page';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.id);

const hashHas = (page: Page, text: string) =>
  page.waitForFunction((wanted) => location.hash.includes(wanted), text);

/** The last tab stop of each view. */
const lastStops: Readonly<Record<View, RegExp>> = {
  reconstruct: /^Sample: trophy/,
  // The strip, which scrolls by keys where it is wider than the page.
  generate: /^112481632$/,
  mix: /^Sample: trophy/,
  inside: /^Sample: trophy/,
  train: /^Reset$/,
  models: /^Look$/,
};

describe('The page by keyboard alone', () => {
  it.each(views)('shows where the focus is in %s, and lets Tab through to its end', async (view) => {
    const { page, context } = await openPage(browser, `#/${view}`);
    await viewUses[view].ready(page);
    const stops = await tabStops(page);
    expect(stops.filter(({ isMarked, isSeen }) => !isMarked || !isSeen)).toEqual([]);
    expect(stops[0]!.name).toBe('Skip to the picture');
    const names = stops.map(({ name }) => name);
    expect(names.at(-1), names.join(', ')).toMatch(lastStops[view]);
    await context.close();
  });

  it('skips the tabs and stays in the view', async () => {
    const { page, context } = await openPage(browser, '#/mix');
    await viewUses.mix.ready(page);
    const before = page.url();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    expect(page.url()).toBe(before);
    await tabTo(page, /^First picture/);
    await context.close();
  });

  it('keeps fewer latents, shows what the last one changes, and switches a level off', async () => {
    const { page, context } = await openPage(browser);
    await viewUses.reconstruct.ready(page);
    await tabTo(page, /^4 latents, level 4.*: switch off/);
    await page.keyboard.press('Space');
    expect(await page.getByTestId('kept').textContent()).toBe('60 of 64');
    await tabTo(page, /^Kept latents/);
    await page.keyboard.press('PageDown');
    expect(await page.getByTestId('kept').textContent()).toBe('28 of 64');
    const veil = page.locator('.overlay');
    await page.keyboard.press('Space');
    await veil.waitFor();
    await page.keyboard.press('Space');
    await veil.waitFor({ state: 'detached' });
    await tabTo(page, /^side by side/i);
    await page.keyboard.press('ArrowRight');
    await tabTo(page, /^Divider between/);
    await page.keyboard.press('Home');
    expect(await page.locator('.frame').first().getAttribute('style')).toContain('--divider: 0%');
    await context.close();
  });

  it('keeps the end of the strip on the screen of a phone', async () => {
    const { page, context } = await openPage(browser, '', { width: 360, height: 740 });
    await viewUses.reconstruct.ready(page);
    await tabTo(page, /^Kept latents/);
    for (const key of ['Home', 'End', '1']) {
      await page.keyboard.press(key);
      await expect
        .poll(async () => (await page.getByRole('slider', { name: 'Kept latents' }).boundingBox())!.x)
        .toBeLessThan(340);
    }
    await context.close();
  });

  it('generates a class that is searched for, and takes the picture apart at the top of the next view', async () => {
    const { page, context } = await openPage(browser, '#/generate', { height: 600 });
    await viewUses.generate.ready(page);
    await tabTo(page, /^Class/);
    await page.keyboard.type('twemoji food');
    await page.keyboard.press('Enter');
    await lastPass(page, 8);
    await hashHas(page, 'class=food%2Ftwemoji');
    await tabTo(page, /^Picture 3 of 4/);
    await page.keyboard.press('Enter');
    await tabTo(page, /^Take apart$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^A picture in 64 tokens/ }).waitFor();
    await expect.poll(() => page.title()).toMatch(/^Reconstruct · /);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
    await context.close();
  });

  it('mixes levels, goes in between, and draws anew without losing the focus', async () => {
    const { page, context } = await openPage(browser, '#/mix');
    await viewUses.mix.ready(page);
    await tabTo(page, /^Second picture/);
    await tabTo(page, /^2 latents, level 3.*: put into the mix/);
    await page.keyboard.press('Enter');
    await hashHas(page, 'levels=aababbb');
    await tabTo(page, /^From the first to the second/);
    await page.keyboard.press('End');
    await hashHas(page, 'between=8');
    await tabTo(page, /^From level/);
    await page.keyboard.press('ArrowDown');
    await tabTo(page, /^Draw them anew$/);
    await page.keyboard.press('Enter');
    await hashHas(page, 'levels=aabannn');
    await expect.poll(() => focused(page)).toBe('Draw them anew');
    await tabTo(page, /^Sample: dog/);
    await page.keyboard.press('Enter');
    await page.getByText('First dog noto').waitFor();
    await context.close();
  });

  it('looks at a layer, a head, a latent and a code', async () => {
    const { page, context } = await openPage(browser, '#/inside');
    await viewUses.inside.ready(page);
    for (const name of [/^Layer/, /^Head/]) {
      await tabTo(page, name);
      await page.keyboard.press('ArrowDown');
    }
    await tabTo(page, /^Latent$/);
    await page.keyboard.press('ArrowRight');
    await hashHas(page, 'layer=1&head=0&latent=1');
    await tabTo(page, /^Code on the map$/);
    await page.getByText(/^\d*[1-9]\d* of 256 codes decoded/).waitFor();
    const progress = page.getByTestId('map-progress');
    const codes = new Set<string | null>();
    for (const key of ['Home', 'ArrowRight', 'ArrowDown', 'End']) {
      await page.keyboard.press(key);
      await progress.getByText(/^Code \d+/).waitFor();
      codes.add(await progress.textContent());
    }
    expect(codes.size).toBe(4);
    await context.close();
  });

  it('trains, pauses, goes on and resets with the focus on the button that was pressed', async () => {
    const { page, context } = await openPage(browser, '#/train');
    await viewUses.train.ready(page);
    await tabTo(page, /^300/);
    await page.keyboard.press('ArrowLeft');
    await tabTo(page, /^Start$/);
    await page.keyboard.press('Enter');
    await page.getByText(/^Step [1-9]/).waitFor();
    expect(await focused(page)).toBe('Pause');
    await page.keyboard.press('Space');
    await page
      .getByTestId('train-status')
      .getByText(/^Paused after step \d+ of 100\./)
      .waitFor();
    expect(await focused(page)).toBe('Go on');
    await tabTo(page, /^Reset$/);
    await page.keyboard.press('Enter');
    await page
      .getByTestId('train-status')
      .getByText(/^How long/)
      .waitFor();
    expect(await errorOf(page)).toBeNaN();
    expect(await focused(page)).toBe('Reset');
    await context.close();
  });

  it('looks at a model and uses it, and closes what went wrong', async () => {
    const { page, context } = await openPage(browser, '#/models');
    await viewUses.models.ready(page);
    await tabTo(page, /^Address of its folder/);
    await page.keyboard.type('./nowhere');
    await page.keyboard.press('Enter');
    const problem = page.getByRole('alert');
    await problem.getByText(/nowhere/).waitFor();
    await tabTo(page, /^Close$/);
    await page.keyboard.press('Enter');
    expect(await problem.textContent()).toBe('');
    await tabTo(page, /^Address of its folder/);
    await page.keyboard.press('Control+A');
    await page.keyboard.type(SITE_TOKENIZER);
    await page.keyboard.press('Enter');
    await page.getByTestId('found').waitFor();
    await tabTo(page, /^Download and use$/);
    await page.keyboard.press('Enter');
    await viewUses.models.done(page);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
    await context.close();
  });
});
