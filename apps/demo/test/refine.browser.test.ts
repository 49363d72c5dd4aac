import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, startBrowser } from './open-page';
import { settled, shownIndices, whenSample, whenShown } from './reconstruct-page';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const lookForCodes = (page: Page) => page.getByRole('button', { name: 'Look for better codes' });

/** Decibels as the page says them. */
async function likeness(page: Page): Promise<number> {
  await settled(page);
  return parseFloat((await page.getByTestId('psnr').textContent()) ?? '');
}

async function whenFound(page: Page): Promise<string> {
  const note = page.getByTestId('refine-note');
  await expect.poll(() => note.textContent(), { timeout: 120_000 }).toContain('were searched for');
  return (await note.textContent()) ?? '';
}

describe('the search for better codes', () => {
  it('brings the picture nearer to the original, with a link to it', async () => {
    const { page, context, errors } = await openPage(browser);
    await whenShown(page);
    await whenSample(page, 'dog noto');
    const [before, indices] = [await likeness(page), await shownIndices(page)];
    await lookForCodes(page).click();
    expect(await whenFound(page)).toContain(`the encoder’s came to ${before.toFixed(1)} dB`);
    const after = await likeness(page);
    expect(after).toBeGreaterThan(before + 0.5);
    expect(await shownIndices(page)).not.toEqual(indices);
    expect(await lookForCodes(page).isDisabled()).toBe(true);

    const again = await openPage(browser, await page.evaluate(() => location.hash));
    await whenShown(again.page);
    expect(await shownIndices(again.page)).toEqual(await shownIndices(page));
    expect(await likeness(again.page)).toBe(after);
    await again.context.close();

    await whenSample(page, 'trophy fluent');
    expect(await lookForCodes(page).isDisabled()).toBe(false);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('keeps what it has found when it is stopped', async () => {
    const { page, context } = await openPage(browser);
    await whenShown(page);
    await whenSample(page, 'dog noto');
    const before = await likeness(page);
    await lookForCodes(page).click();
    const stop = page.getByRole('button', { name: /^Stop at step \d+ of 20$/ });
    await stop.click({ timeout: 120_000 });
    await whenFound(page);
    expect(await likeness(page)).toBeGreaterThanOrEqual(before);
    await context.close();
  });
});
