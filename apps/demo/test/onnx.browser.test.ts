import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { canvasPixels, largestDifference } from './canvas-pixels';
import { generateInNode, reconstructInNode } from './in-node';
import { makeExported } from './make-exported';
import { goTo, useModelAt } from './models-page';
import { openPage, startBrowser } from './open-page';
import { settled, shownIndices, whenSample, whenShown } from './reconstruct-page';

/** Two engines sum in different orders; 8 bits hide all but a step or two of that. */
const PIXEL_TOLERANCE = 2;
/** A picture with fewer is nearly flat and would not tell one engine from another. */
const MANY_VALUES = 16;
const PHONE_WIDTH = 360;
const output = fileURLToPath(new URL('../../../output/demo/', import.meta.url));
const RUNTIME = /\/ort[.-][^/]+\.(js|wasm)/;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  await makeExported(inject('modelsFolder'));
});
afterAll(() => browser.close());

const addressOf = (part: string): string => `${inject('modelsUrl')}${part}`;
const choiceOf = (page: Page, name: string) => page.getByRole('radio', { name, exact: true });
const whenComputing = (page: Page, pattern: RegExp) =>
  page.getByTestId('backend').getByText(pattern).waitFor();

describe('ONNX Runtime', () => {
  it('is offered for exported models alone, and takes pictures apart as Node does', async () => {
    const { page, context, errors } = await openPage(browser, '#/models');
    const runtimeFiles: string[] = [];
    context.on('request', (request) => {
      if (RUNTIME.test(request.url())) {
        runtimeFiles.push(request.url());
      }
    });
    await useModelAt(page, addressOf('emoji-64/tokenizer'), 'tokenizer');
    expect(await choiceOf(page, 'ONNX Runtime').count()).toBe(0);
    await useModelAt(page, addressOf('exported/tokenizer'), 'tokenizer');
    expect(await choiceOf(page, 'TensorFlow.js').isChecked()).toBe(true);
    expect(runtimeFiles).toEqual([]);

    await choiceOf(page, 'ONNX Runtime').check({ force: true });
    await whenComputing(page, /^Computing with ONNX Runtime/);
    expect(page.url()).toContain('?engine=onnx#');
    expect(runtimeFiles.some((url) => url.endsWith('.wasm') && url.startsWith(inject('siteUrl')))).toBe(true);
    await goTo(page, '#/reconstruct');
    await whenShown(page);
    await whenSample(page, 'dog noto');
    const expected = await reconstructInNode('dog-noto.png', [64, 4]);
    expect(await shownIndices(page)).toEqual(expected.indices);
    expect(largestDifference(await settled(page), expected.decoded[0]!)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    await page.getByRole('slider', { name: 'Kept latents' }).press('3');
    expect(largestDifference(await settled(page), expected.decoded[1]!)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    await page.setViewportSize({ width: PHONE_WIDTH, height: 740 });
    await page.screenshot({ path: join(output, `engine-${PHONE_WIDTH}-light.png`), fullPage: true });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(PHONE_WIDTH);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('hides levels as TensorFlow.js does, and leaves what its graphs lack to it', async () => {
    const { page, context } = await openPage(browser, '?engine=onnx#/models');
    await useModelAt(page, addressOf('exported/tokenizer'), 'tokenizer');
    await whenComputing(page, /^Computing with ONNX Runtime/);
    await goTo(page, '#/reconstruct');
    await whenShown(page);
    await page.getByRole('button', { name: /^2 latents, level 3/ }).click();
    const pixels = await settled(page);
    const plain = await openPage(browser, await page.evaluate(() => location.hash));
    await whenShown(plain.page);
    expect(await plain.page.getByTestId('kept').textContent()).toBe('62 of 64');
    expect(largestDifference(pixels, await settled(plain.page))).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    await plain.context.close();
    await goTo(page, '#/inside');
    await page.getByTestId('attention').waitFor();
    await context.close();
  });

  it('generates the picture of TensorFlow.js and of Node from the same seed', async () => {
    const { page, context } = await openPage(browser, '#/models');
    await useModelAt(page, addressOf('exported-small/tokenizer'), 'tokenizer');
    await useModelAt(page, addressOf('exported-small/generator'), 'generator');
    await goTo(page, '#/generate?class=food%2Fnoto&seed=7&n=1&guidance=2&schedule=constant&topp=0.9');
    const results = page.getByRole('link', { name: 'Take apart: food/noto' });
    await results.waitFor();
    const byTensorflow = await canvasPixels(page, 'generated');

    await choiceOf(page, 'ONNX Runtime').check({ force: true });
    await whenComputing(page, /^Computing with ONNX Runtime/);
    await page.getByRole('button', { name: 'Generate', exact: true }).click();
    await results.nth(1).waitFor();
    const byOnnx = await canvasPixels(page, 'generated');
    const options = { seed: 7, guidanceScale: 2, topP: 0.9 };
    const [expected] = await generateInNode('food/noto', options, 'exported-small');
    expect(new Set(expected).size).toBeGreaterThan(MANY_VALUES);
    expect(largestDifference(byOnnx, byTensorflow)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    expect(largestDifference(byOnnx, expected!)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    await context.close();
  });

  it('says what is missing of an exported folder, and the model before stays in use', async () => {
    const { page, context } = await openPage(browser, '?engine=onnx#/models');
    await context.route('**/exported/tokenizer/decode.onnx', (route) => route.fulfill({ status: 404 }));
    await page.getByLabel('Address of its folder').fill(addressOf('exported/tokenizer'));
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await page.getByRole('button', { name: 'Download and use' }).click();
    await page
      .getByRole('alert')
      .getByText(/^Decode\.onnx of .* is missing\. Export the model again/)
      .waitFor();
    await goTo(page, '#/reconstruct');
    await whenShown(page);
    await whenComputing(page, /No ONNX Runtime: this model was not exported for it/);
    await context.close();
  });
});
