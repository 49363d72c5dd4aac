import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { longestTask } from './longest-task';
import { goTo, useModelAt } from './models-page';
import { openPage, startBrowser } from './open-page';
import { lastPass } from './page-use';
import { whenShown } from './reconstruct-page';
import { stepOf } from './train-page';

const LONGEST_TASK_MILLISECONDS = 50;
/** Steps of a training that are watched: the wall of pictures is drawn twice in them. */
const STEPS = 20;
const STEP_TIMEOUT = 200_000;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** Opens the first picture and waits until all that is decoded ahead is there. */
async function openDecoded(): Promise<Page> {
  const { page } = await openPage(browser);
  await whenShown(page);
  return page;
}

describe('The main thread', () => {
  it('is free while the end of the strip is dragged', async () => {
    const page = await openDecoded();
    const handle = (await page.getByRole('slider', { name: 'Kept latents' }).boundingBox())!;
    const row = (await page.locator('.strip-row').boundingBox())!;
    const longest = await longestTask(browser, page, async () => {
      await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
      await page.mouse.down();
      for (const end of [row.x + 20, row.x + row.width - 20]) {
        await page.mouse.move(end, row.y + row.height / 2, { steps: 60 });
      }
      await page.mouse.up();
    });
    expect(longest).toBeLessThan(LONGEST_TASK_MILLISECONDS);
    await page.context().close();
  });

  it('is free while a training runs', async () => {
    const { page, context } = await openPage(browser, '#/train');
    const longest = await longestTask(browser, page, async () => {
      await page.getByRole('button', { name: 'Start' }).click();
      await expect.poll(() => stepOf(page), { timeout: STEP_TIMEOUT }).toBeGreaterThanOrEqual(STEPS);
    });
    expect(longest).toBeLessThan(LONGEST_TASK_MILLISECONDS);
    await context.close();
  });

  it('is free while a class that was found by words is generated, pass by pass', async () => {
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

  it('is free while WebGPU generates', async () => {
    const emulated = await startBrowser('emulated');
    const { page, context } = await openPage(emulated, '?backend=webgpu#/models');
    await useModelAt(page, `${inject('modelsUrl')}small/tokenizer`, 'tokenizer');
    await useModelAt(page, `${inject('modelsUrl')}small/generator`, 'generator');
    await goTo(page, '#/generate');
    await page.locator('.class-choice').first().waitFor();
    const longest = await longestTask(emulated, page, async () => {
      await page.getByRole('button', { name: 'Generate', exact: true }).click();
      await lastPass(page, 6);
    });
    expect(await page.getByTestId('backend').textContent()).toContain('Computing with WebGPU');
    expect(longest).toBeLessThan(LONGEST_TASK_MILLISECONDS);
    await context.close();
    await emulated.close();
  });
});
