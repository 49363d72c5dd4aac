import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { tokensToText } from '../../src/state/token-text';
import { largestDifference } from '../canvas-pixels';
import { decodeInNode } from '../in-node';
import { makeExported } from '../make-exported';
import { goTo, useModelAt } from '../models-page';
import { openPage, startBrowser } from '../open-page';
import { settled } from '../reconstruct-page';
import { errorOf, stepOf } from '../train-page';

/** Two backends sum in different orders; 8 bits hide all but a step or two of that. */
const PIXEL_TOLERANCE = 2;
/** A picture with fewer is nearly flat and would not tell one engine from another. */
const MANY_VALUES = 16;

/** A few steps, each of which takes some ten seconds here, and the first, which builds its programs, a minute. */
const TRAINING_TIMEOUT = 500_000;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser('emulated');
  await makeExported(inject('modelsFolder'));
});
afterAll(() => browser.close());

const addressOf = (part: string): string => `${inject('modelsUrl')}${part}`;

describe('an emulated graphics card', () => {
  it('trains, and saves what it trained', { timeout: TRAINING_TIMEOUT }, async () => {
    const { page, context, errors } = await openPage(browser, '?backend=webgpu#/train');
    page.setDefaultTimeout(TRAINING_TIMEOUT);
    await page.getByRole('radio', { name: '100', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Start' }).click();
    await expect.poll(() => stepOf(page), { timeout: TRAINING_TIMEOUT }).toBeGreaterThanOrEqual(1);
    const first = await errorOf(page);
    await expect.poll(() => stepOf(page), { timeout: TRAINING_TIMEOUT }).toBeGreaterThanOrEqual(3);
    expect(await errorOf(page)).toBeLessThan(first);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/^Paused after step/).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the model' }).click();
    const files = unzipSync(await readFile(await (await download).path()));
    expect(Object.keys(files)).toEqual(['config.json', 'model.safetensors']);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('runs ONNX Runtime, too', async () => {
    const { page, context } = await openPage(browser, '?backend=webgpu&engine=onnx#/models');
    await useModelAt(page, addressOf('exported-small/tokenizer'), 'tokenizer');
    await page
      .getByTestId('backend')
      .getByText(/^Computing with ONNX Runtime in WebGPU/)
      .waitFor();
    const indices = Int32Array.from({ length: 16 }, (_, latent) => latent * 15);
    await goTo(page, `#/reconstruct?t=${tokensToText(indices, 256)}`);
    await page.getByTestId('kept').getByText('16 of 16').waitFor();
    const expected = await decodeInNode(indices, 'exported-small');
    expect(new Set(expected).size).toBeGreaterThan(MANY_VALUES);
    expect(largestDifference(await settled(page), expected)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    await context.close();
  });
});
