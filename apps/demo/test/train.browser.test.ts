import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { fill, setBackend } from '@tensorflow/tfjs-core';
import type { Rank } from '@tensorflow/tfjs-core';
import { unzipSync } from 'fflate';
import { ResTok } from '@restok/tokenizer';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { chooseFiles, goTo } from './models-page';
import { openPage, startBrowser } from './open-page';
import { errorOf, stepOf } from './train-page';

/** A hundred steps in a tab, on a machine that may be busy. */
const TRAINING_TIMEOUT = 1_500_000;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** A folder that a zip holds, on the disk until it is removed. */
async function unpacked(zip: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trained-'));
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}

describe('Train', () => {
  it(
    'lowers the error in a hundred steps, pauses and goes on, and saves a model that Node loads',
    async () => {
      const { page, context, errors } = await openPage(browser, '#/train');
      page.setDefaultTimeout(TRAINING_TIMEOUT);
      await page.getByRole('radio', { name: '100', exact: true }).check({ force: true });
      await page.getByRole('button', { name: 'Start' }).click();
      await expect.poll(() => stepOf(page), { timeout: TRAINING_TIMEOUT }).toBeGreaterThanOrEqual(3);
      const first = await errorOf(page);

      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText(/^Paused after step/).waitFor();
      const atPause = await stepOf(page);
      await page.waitForTimeout(3000);
      expect(await stepOf(page)).toBe(atPause);
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByText(/^Done: 100 steps/).waitFor();
      expect(await errorOf(page)).toBeLessThan(first / 2);
      expect(await page.getByTestId('usage-share').textContent()).toMatch(/^\d+ %$/);
      expect(await page.getByTestId('after-7').count()).toBe(1);

      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save the model' }).click();
      const zip = await readFile(await (await download).path());
      const folder = await unpacked(zip);
      await setBackend('cpu');
      const tokenizer = await ResTok.fromPretrained(folder);
      const { indices } = tokenizer.encode(fill<Rank.R4>([1, 32, 32, 3], 1));
      expect(indices.shape).toEqual([1, 16]);
      await rm(folder, { recursive: true });

      await page.getByRole('button', { name: 'Use it here' }).click();
      await page
        .getByText(/of 16$/)
        .first()
        .waitFor();
      await goTo(page, '#/models');
      await chooseFiles(page, { 'saved.zip': zip });
      await page.getByRole('button', { name: 'Use it' }).click();
      await page
        .getByTestId('tokenizer-in-use')
        .getByText(/^saved: .*, 16 latents of 256 codes, 32 x 32$/)
        .waitFor();
      expect(errors).toEqual([]);
      await context.close();
    },
    TRAINING_TIMEOUT,
  );

  it('trains on a folder of pictures, and starts from the beginning after a reset', async () => {
    const { page, context } = await openPage(browser, '#/train');
    await page.getByRole('radio', { name: 'A folder of yours' }).check();
    await page.getByLabel('Choose a folder').setInputFiles(`${inject('modelsFolder')}/emoji-64/samples`);
    await page.getByRole('button', { name: 'Start' }).click();
    await page
      .getByTestId('train-status')
      .getByText(/ 8 pictures, 1 files are none; /)
      .waitFor();
    await expect.poll(() => stepOf(page), { timeout: 200_000 }).toBeGreaterThanOrEqual(1);
    await page.getByRole('button', { name: 'Reset' }).click();
    expect(await page.getByTestId('error').textContent()).toBe('–');
    await page.getByRole('button', { name: 'Start' }).waitFor();
    await context.close();
  });
});
