import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, startBrowser } from './open-page';
import { stepOf } from './train-page';

/** Steps on a machine that may be busy. */
const STEP_TIMEOUT = 200_000;
const WORKER_SCRIPT = '**/train-worker*.js';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const trainWorkers = (page: Page) => page.workers().filter((worker) => worker.url().includes('train-worker'));

async function whenStep(page: Page, step: number): Promise<void> {
  await expect.poll(() => stepOf(page), { timeout: STEP_TIMEOUT }).toBeGreaterThanOrEqual(step);
}

describe('The worker of Train', () => {
  it('is said to start, and then what it computes with', async () => {
    const { page, context } = await openPage(browser, '?backend=webgpu#/train');
    const line = page.getByTestId('backend');
    expect(await line.textContent()).toBe('The engine of the training starts with it.');
    let letThrough = (): void => undefined;
    const held = new Promise<void>((resolve) => (letThrough = resolve));
    await context.route(WORKER_SCRIPT, async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Start' }).click();
    await line.getByText('The engine of the training is starting.').waitFor();
    letThrough();
    await line.getByText(/^Computing with WebAssembly, on the processor.* No WebGPU: /).waitFor();
    await whenStep(page, 1);
    expect(await line.textContent()).toMatch(/^Computing with WebAssembly/);
    await context.close();
  });

  it('is dropped when it crashes in the middle, and another trains without a reload', async () => {
    const { page, context } = await openPage(browser, '#/train');
    await page.getByRole('button', { name: 'Start' }).click();
    await whenStep(page, 2);
    await trainWorkers(page)[0]!.evaluate(() => {
      setTimeout(() => {
        throw new Error('no memory left');
      });
    });
    await page
      .getByRole('alert')
      .getByText(/^The training is lost: .*no memory left\. Press Start to begin again\.$/)
      .waitFor();
    await page
      .getByTestId('train-status')
      .getByText(/^How long it takes/)
      .waitFor();
    expect(await page.getByTestId('error').textContent()).toBe('–');
    await expect.poll(() => trainWorkers(page).length).toBe(0);

    await page.getByRole('button', { name: 'Start' }).click();
    await whenStep(page, 2);
    expect(trainWorkers(page)).toHaveLength(1);
    expect(await page.getByRole('alert').textContent()).toBe('');
    await context.close();
  });

  it('is dropped when it does not start, and the next start is a new one', async () => {
    const { page, context } = await openPage(browser, '#/train');
    await context.route(WORKER_SCRIPT, (route) => route.abort());
    await page.getByRole('button', { name: 'Start' }).click();
    await page
      .getByRole('alert')
      .getByText(/^The engine of the training did not start: .* Check the connection and press Start\.$/)
      .waitFor();
    expect(await page.getByTestId('backend').textContent()).toBe(
      'The engine of the training starts with it.',
    );
    await context.unroute(WORKER_SCRIPT);

    await page.getByRole('button', { name: 'Start' }).click();
    await whenStep(page, 1);
    await context.close();
  });

  it('forgets the news of a training that was reset while it ran', async () => {
    const { page, context } = await openPage(browser, '#/train');
    await page.getByRole('radio', { name: '100', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Start' }).click();
    await whenStep(page, 1);
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('button', { name: 'Start' }).click();
    // A step of the first that is counted with the second would make it 101.
    await page.getByText(/^Done: 100 steps/).waitFor({ timeout: STEP_TIMEOUT });
    await context.close();
  });
});
