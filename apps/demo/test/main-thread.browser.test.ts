import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { longestTask } from './longest-task';
import { goTo, useModelAt } from './models-page';
import { openPage, startBrowser } from './open-page';
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

  it('is free while WebGPU generates', async () => {
    const emulated = await startBrowser('emulated');
    const { page, context } = await openPage(emulated, '?backend=webgpu#/models');
    await useModelAt(page, `${inject('modelsUrl')}small/tokenizer`, 'tokenizer');
    await useModelAt(page, `${inject('modelsUrl')}small/generator`, 'generator');
    await goTo(page, '#/generate');
    await page.locator('.class-choice').first().waitFor();
    const longest = await longestTask(emulated, page, async () => {
      await page.getByRole('button', { name: 'Generate', exact: true }).click();
      await page.getByText(/^Pass 6 of 6/).waitFor();
    });
    expect(await page.getByTestId('backend').textContent()).toContain('Computing with WebGPU');
    expect(longest).toBeLessThan(LONGEST_TASK_MILLISECONDS);
    await context.close();
    await emulated.close();
  });
});
