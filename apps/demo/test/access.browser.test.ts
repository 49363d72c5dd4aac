import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tabTo } from './keyboard-page';
import { openPage, startBrowser } from './open-page';
import { contentWidth, seriousFindings } from './page-checks';
import { SITE_TOKENIZER, viewUses } from './page-use';
import { whenShown } from './reconstruct-page';

const PHONE_WIDTH = 360;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

describe('Serious findings of axe', () => {
  it('are none with every setting open, an error and a model that is looked at', async () => {
    const { page, context } = await openPage(browser, '#/generate', { width: PHONE_WIDTH });
    await viewUses.generate.ready(page);
    await page.getByText('How it draws').click();
    await page.getByLabel('Guidance over the passes').selectOption('step');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Models' }).click();
    for (const [address, shown] of [
      [SITE_TOKENIZER, page.getByTestId('found')],
      [`./${'a-long-name-of-a-folder'.repeat(4)}`, page.getByRole('alert').getByRole('button')],
    ] as const) {
      await page.getByLabel('Address of its folder').fill(address);
      await page.getByRole('button', { name: 'Look', exact: true }).click();
      await shown.waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      expect(await contentWidth(page)).toBeLessThanOrEqual(PHONE_WIDTH);
    }
    await context.close();
  });

  it('are none while a training is under way and a model is downloaded', async () => {
    const { page, context } = await openPage(browser, '#/train', { width: PHONE_WIDTH });
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText(/^Step [1-9]/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    let letThrough = (): void => undefined;
    const held = new Promise<void>((resolve) => (letThrough = resolve));
    await context.route('**/model.safetensors', async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Mix' }).click();
    await page.getByTestId('progress').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    letThrough();
    await viewUses.mix.ready(page);
    await context.close();
  });
});

describe('The page by keyboard alone', () => {
  it('reaches a sample, the strip and another view', async () => {
    const { page, context } = await openPage(browser);
    await whenShown(page);
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
});
