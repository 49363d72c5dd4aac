import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canvasPixels } from './canvas-pixels';
import { openPage, startBrowser } from './open-page';
import { lastPass, viewUses } from './page-use';
import { whenSample, whenShown } from './reconstruct-page';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const hashOf = (page: Page) => page.evaluate(() => location.hash);
const tab = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click();
const whenHash = (page: Page, wanted: string) =>
  page.waitForFunction((text) => location.hash === text, wanted);

describe('The history of the browser', () => {
  it('goes back through the views to what each showed, and forward again', async () => {
    const { page, context, errors } = await openPage(browser);
    await whenShown(page);
    await whenSample(page, 'pizza twemoji');
    await page.getByRole('slider', { name: 'Kept latents' }).press('4');
    const reconstruct = await hashOf(page);
    await tab(page, 'Mix');
    await viewUses.mix.ready(page);
    await page.getByRole('slider', { name: /^From the first/ }).press('End');
    const mix = await hashOf(page);
    await tab(page, 'Train');
    await page.getByRole('radio', { name: '1000', exact: true }).check({ force: true });
    const train = await hashOf(page);

    await page.goBack();
    await whenHash(page, mix);
    expect(await page.getByRole('slider', { name: /^From the first/ }).inputValue()).toBe('8');
    await page.goBack();
    await whenHash(page, reconstruct);
    expect(await page.getByTestId('kept').textContent()).toBe('8 of 64');
    await page.goForward();
    await page.goForward();
    await whenHash(page, train);
    expect(await page.getByRole('radio', { name: '1000', exact: true }).isChecked()).toBe(true);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('takes another link to the same picture in the same tab', async () => {
    const { page, context } = await openPage(browser);
    await whenShown(page);
    await page.getByRole('slider', { name: 'Kept latents' }).press('4');
    const address = await hashOf(page);
    const follow = (hash: string) => page.evaluate((next) => void (location.hash = next), hash);
    await follow(`${address.replace('keep=8', 'keep=2')}&off=0`);
    await expect.poll(() => page.getByTestId('kept').textContent()).toBe('1 of 64');
    await page.goBack();
    await expect.poll(() => page.getByTestId('kept').textContent()).toBe('8 of 64');
    await context.close();
  });

  it('leads from a tab to the picture that was opened last in another view', async () => {
    const { page, context } = await openPage(browser);
    await whenShown(page);
    await page.getByRole('slider', { name: 'Kept latents' }).press('4');
    await tab(page, 'Look inside');
    await page.getByTestId('attention').waitFor();
    await tab(page, 'Reconstruct');
    expect(await page.getByTestId('kept').textContent()).toBe('8 of 64');
    await tab(page, 'Look inside');
    await whenSample(page, 'house');
    await tab(page, 'Reconstruct');
    await page.getByRole('button', { name: 'Sample: house', pressed: true }).waitFor();
    expect(await hashOf(page)).toContain('s=house');
    await context.close();
  });
});

describe('A link', () => {
  it('to Look inside opens to the same picture, layer, head and latent', async () => {
    const { page, context } = await openPage(browser, '#/inside');
    await viewUses.inside.ready(page);
    await whenSample(page, 'house');
    await page.getByLabel('Layer').selectOption({ value: '2' });
    await page.getByLabel('Head').selectOption({ value: '1' });
    await page.getByRole('slider', { name: 'Latent' }).press('4');
    const address = await hashOf(page);
    const again = await openPage(browser, address);
    await again.page.getByRole('heading', { name: 'Attention of latent 8' }).waitFor();
    await again.page.getByTestId('attention').waitFor();
    expect(await hashOf(again.page)).toBe(address);
    expect(await again.page.getByLabel('Layer').inputValue()).toBe('2');
    expect(await again.page.getByLabel('Head').inputValue()).toBe('1');
    await expect
      .poll(() => canvasPixels(again.page, 'inside-picture'))
      .toEqual(await canvasPixels(page, 'inside-picture'));
    await again.context.close();
    await context.close();
  });

  it('to Train opens to the same pictures, size and steps', async () => {
    const { page, context } = await openPage(browser, '#/train');
    await viewUses.train.ready(page);
    await page.getByRole('radio', { name: /^The emoji set/ }).check();
    await page.getByRole('radio', { name: '64 px' }).check({ force: true });
    await page.getByRole('radio', { name: '3000' }).check({ force: true });
    const address = await hashOf(page);
    expect(address).toBe('#/train?on=emoji&side=64&steps=3000');
    const again = await openPage(browser, address);
    for (const name of [/^The emoji set/, '64 px', '3000']) {
      await expect.poll(() => again.page.getByRole('radio', { name }).isChecked()).toBe(true);
    }
    await again.context.close();
    await context.close();
  });

  it('to Generate, typed into a tab that generated already, gives its picture', async () => {
    const { page, context } = await openPage(browser, '#/generate?class=food%2Fnoto&seed=3&n=1');
    const whenDone = () => lastPass(page, 8);
    await whenDone();
    const first = await canvasPixels(page, 'generated');
    await page.evaluate(() => (location.hash = location.hash.replace('seed=3', 'seed=4')));
    await expect.poll(() => canvasPixels(page, 'generated'), { timeout: 60_000 }).not.toEqual(first);
    await whenDone();
    await page.goBack();
    await expect.poll(() => canvasPixels(page, 'generated'), { timeout: 60_000 }).toEqual(first);
    await context.close();
  });

  it('to Models looks at what it names', async () => {
    const { page, context } = await openPage(browser, '#/models?url=.%2Fmodels%2Femoji-64%2Fgenerator');
    await page
      .getByTestId('found')
      .getByText(/^Generator/)
      .waitFor();
    expect(await hashOf(page)).toBe('#/models?url=.%2Fmodels%2Femoji-64%2Fgenerator');
    await context.close();
  });
});

describe('Mix', () => {
  it('puts a level onto the other picture when it is dragged there', async () => {
    const { page, context } = await openPage(browser, '#/mix');
    await viewUses.mix.ready(page);
    const strip = (name: string) => page.getByRole('group', { name: `Latents of the ${name} picture` });
    const drag = async (from: string, level: number, to: string): Promise<void> => {
      const start = (await strip(from).getByRole('button').nth(level).boundingBox())!;
      const end = (await strip(to).boundingBox())!;
      await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
      await page.mouse.down();
      await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 6 });
      await page.mouse.up();
    };
    await drag('first', 5, 'second');
    await page.waitForFunction(() => location.hash.includes('levels=bbbbbab'));
    await drag('second', 1, 'first');
    await page.waitForFunction(() => location.hash.includes('levels=abaaaaa'));
    await drag('first', 0, 'first');
    expect(await hashOf(page)).toContain('levels=abaaaaa');
    await context.close();
  });
});
