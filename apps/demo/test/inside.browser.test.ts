import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canvasAlpha, canvasPixels } from './canvas-pixels';
import { openPage, startBrowser } from './open-page';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

describe('Look inside', () => {
  it('shows the attention of any layer, head and latent', async () => {
    const { page, context, errors } = await openPage(browser, '#/inside?layer=4&head=0&latent=5');
    await page.getByTestId('attention').waitFor();
    await page.getByRole('heading', { name: 'Attention of latent 6' }).waitFor();
    const maps = new Set([(await canvasAlpha(page, 'attention')).join()]);
    const choose = async (label: string, value: string): Promise<void> => {
      const before = maps.size;
      await page.getByLabel(label).selectOption({ value });
      await expect
        .poll(async () => maps.add((await canvasAlpha(page, 'attention')).join()).size, { timeout: 60_000 })
        .toBe(before + 1);
    };
    await choose('Head', '1');
    await choose('Layer', '9');
    await choose('Head', '-1');
    await page.getByRole('slider', { name: 'Latent' }).press('End');
    await page.getByRole('heading', { name: 'Attention of latent 64' }).waitFor();
    await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/layer=9&head=-1&latent=63$/);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('shows what each level changes', async () => {
    const { page, context } = await openPage(browser, '#/inside');
    await page.getByTestId('level-map-6').waitFor();
    const changed = (await canvasAlpha(page, 'level-map-6')).reduce((sum, value) => sum + value, 0);
    expect(changed).toBeGreaterThan(0);
    await context.close();
  });

  it('fills the map of the codebook and lights the codes in use', async () => {
    const { page, context } = await openPage(browser, '#/inside');
    await page.getByTestId('attention').waitFor();
    await page.getByTestId('codebook').scrollIntoViewIfNeeded();
    await page.getByText(/^(8|16|24) of 256 codes decoded/).waitFor();
    expect((await canvasPixels(page, 'codebook')).some((value) => value !== 0)).toBe(true);
    await page.getByText(/64 latents with \d+ different codes of 4,096/).waitFor();
    await page.getByRole('button', { name: 'Sample: house' }).click();
    await page.getByText(/128 latents with \d+ different codes/).waitFor();
    await context.close();
  });
});
