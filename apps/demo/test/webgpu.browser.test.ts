import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largestDifference } from './canvas-pixels';
import { reconstructInNode } from './in-node';
import { openPage, startBrowser } from './open-page';
import { settled, shownIndices, whenSample, whenShown } from './reconstruct-page';

/** Two backends sum in different orders; 8 bits hide all but a step or two of that. */
const PIXEL_TOLERANCE = 2;
/** A number of GELU's program for the graphics card. */
const CARD_CONSTANT = '1.0 + 0.3275911 * a';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser('emulated');
});
afterAll(() => browser.close());

const backendOf = (page: Page) => page.getByTestId('backend');

/** Ends the process that talks to the graphics card, as a driver that fails does. */
async function crashGraphics(): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  // The answer may come from a process that is gone.
  await session.send('Browser.crashGpuProcess').catch(() => undefined);
  await session.detach();
}

describe('WebGPU', () => {
  it('shows the pictures that Node makes, also on a new device after the old one was lost', async () => {
    const { page, context, errors } = await openPage(browser, '?backend=webgpu');
    await whenShown(page);
    expect(await backendOf(page).textContent()).toMatch(/^Computing with WebGPU.*emulated by the processor/);
    const first = await reconstructInNode('trophy-fluent.png', [64]);
    expect(await shownIndices(page)).toEqual(first.indices);
    expect(largestDifference(await settled(page), first.decoded[0]!)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    expect(errors).toEqual([]);

    await crashGraphics();
    await page
      .getByRole('alert')
      .getByText(/graphics card was reset.*starts anew/)
      .waitFor();
    await whenSample(page, 'dog noto');
    expect(await backendOf(page).textContent()).toContain('Computing with WebGPU');
    const second = await reconstructInNode('dog-noto.png', [64]);
    expect(await shownIndices(page)).toEqual(second.indices);
    expect(largestDifference(await settled(page), second.decoded[0]!)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    await context.close();
  });

  it('ends a training when the device is lost, and the next start is on a new one', async () => {
    const { page, context } = await openPage(browser, '?backend=webgpu#/train');
    await page.getByRole('button', { name: 'Start' }).click();
    await backendOf(page)
      .getByText(/^Computing with WebGPU/)
      .waitFor();

    await crashGraphics();
    await page
      .getByRole('alert')
      .getByText(/^The training is lost: the graphics card was reset .*\. Press Start to begin again\.$/)
      .waitFor();
    expect(await page.getByTestId('train-status').textContent()).toMatch(/^How long it takes/);
    await page.getByRole('button', { name: 'Start' }).click();
    await backendOf(page)
      .getByText(/^Computing with WebGPU/)
      .waitFor();
    await page
      .getByTestId('train-status')
      .getByText(/ 8 pictures; /)
      .waitFor();
    await context.close();
  });

  it('is not taken when its start-up test finds a wrong number, and the page says so', async () => {
    const { page, context } = await openPage(browser, 'icon.svg');
    await context.route('**/assets/*.js', async (route) => {
      const response = await route.fetch();
      // As if the card computed it wrongly.
      const body = (await response.text()).replaceAll(CARD_CONSTANT, '1.0 + 0.9275911 * a');
      await route.fulfill({ response, body });
    });
    await page.goto(new URL('./?backend=webgpu', page.url()).href);
    await backendOf(page)
      .getByText(/^Computing with WebAssembly.*No WebGPU: startUpTest: gelu must be 0\.84/)
      .waitFor();
    await context.close();
  });

  it('is left to those who ask for it where the processor emulates it', async () => {
    const { page, context } = await openPage(browser);
    await backendOf(page)
      .getByText(/^Computing with WebAssembly.*No WebGPU: this device has no graphics card/)
      .waitFor();
    await context.close();
  });
});

describe('WebAssembly', () => {
  it('is taken with a note where the browser has no WebGPU', async () => {
    const plain = await startBrowser();
    const { page, context } = await openPage(plain, '?backend=webgpu');
    await backendOf(page)
      .getByText(/^Computing with WebAssembly.*No WebGPU: this (browser|device)/)
      .waitFor();
    await context.close();
    await plain.close();
  });
});
