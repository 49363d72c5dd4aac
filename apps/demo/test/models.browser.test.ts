import { readFile } from 'node:fs/promises';
import { zipSync } from 'fflate';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { canvasPixels } from './canvas-pixels';
import { chooseFiles, goTo, keptFiles, lookAt, pretendModel } from './models-page';
import { openPage, startBrowser } from './open-page';
import { lastPass } from './page-use';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

async function tokenizerFiles(): Promise<{ config: Buffer; weights: Buffer }> {
  const folder = `${inject('modelsFolder')}/emoji-64/tokenizer`;
  return {
    config: await readFile(`${folder}/config.json`),
    weights: await readFile(`${folder}/model.safetensors`),
  };
}

describe('Models', () => {
  it('looks at a model behind an address before it downloads it, then uses it', async () => {
    const { page, context, errors } = await openPage(browser, '#/models');
    await page.getByLabel('Address of its folder').fill(`${inject('modelsUrl')}emoji-64/tokenizer`);
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    const found = page.getByTestId('found');
    await found.getByText('Tokenizer: pictures of 64 x 64 to 64 latents').waitFor();
    expect(await found.textContent()).toMatch(
      /Download8\.3 MB.*Memory4\d\d\.\d MB.*Weights4\.2 million.*LicenceApache/,
    );
    await found.getByRole('button', { name: 'Download and use' }).click();
    await page
      .getByTestId('tokenizer-in-use')
      .getByText(/^tokenizer: 4\.2 million weights, 64 latents/)
      .waitFor();
    expect(page.url()).toContain('url=http');
    expect(errors).toEqual([]);
    await context.close();
  });

  it('uses a model from a zip', async () => {
    const { config, weights } = await tokenizerFiles();
    const zip = zipSync({ 'mine/config.json': config, 'mine/model.safetensors': weights }, { level: 0 });
    const { page, context } = await openPage(browser, '#/models');
    await chooseFiles(page, { 'mine.zip': Buffer.from(zip) });
    await page.getByRole('button', { name: 'Use it' }).click();
    await page
      .getByTestId('tokenizer-in-use')
      .getByText(/^mine: 4\.2 million/)
      .waitFor();
    await context.close();
  });

  it('refuses a truncated model, a folder without weights and a model that is too large, saying why', async () => {
    const { config, weights } = await tokenizerFiles();
    const { page, context } = await openPage(browser, '#/models');
    const problem = page.getByRole('alert');
    await chooseFiles(page, { 'config.json': config, 'model.safetensors': weights.subarray(0, 1_000_000) });
    await problem.getByText(/model\.safetensors/).waitFor();
    await chooseFiles(page, { 'config.json': config });
    await problem.getByText(/must hold model\.safetensors.*Drop the whole folder/).waitFor();

    await pretendModel(page, 'huge', config, [30_000, 40_000]);
    await lookAt(page, new URL('huge', inject('siteUrl')).href);
    await page
      .getByTestId('found')
      .getByText(/needs 4\.9 GB of memory, more than a browser tab can have/)
      .waitFor();
    expect(await page.getByTestId('found').getByRole('button').count()).toBe(0);
    await context.close();
  });

  it('works offline after it has been open once, the generator too', async () => {
    const { page, context } = await openPage(browser, '', { offline: true });
    const isShown = (): boolean => /\d/.test(document.querySelector('[data-testid=psnr]')?.textContent ?? '');
    await page.waitForFunction(isShown);
    await page.evaluate(async () => {
      const { active, installing, waiting } = await navigator.serviceWorker.ready;
      const worker = active ?? installing ?? waiting;
      while (worker?.state !== 'activated') {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    const pixels = await canvasPixels(page, 'original');
    await expect
      .poll(() => keptFiles(page, 'models/emoji-64/generator'), { timeout: 60_000 })
      .toContain('model.safetensors');
    await context.setOffline(true);
    await page.reload();
    await page.waitForFunction(isShown);
    expect(await canvasPixels(page, 'original')).toEqual(pixels);
    await goTo(page, '#/generate?class=food%2Fnoto&seed=7&n=1');
    await lastPass(page, 8);
    await context.setOffline(false);
    await context.close();
  });
});
