import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { textToTokens } from '../src/state/token-text';
import { largestDifference } from './canvas-pixels';
import type { HubServer } from './hub-server';
import { HUB_MODEL, startHub } from './hub-server';
import { decodeInNode } from './in-node';
import { chooseFiles, goTo, lookAt, startDownload, useModelAt } from './models-page';
import { openPage, startBrowser } from './open-page';
import { settled, whenShown } from './reconstruct-page';

/** Page and Node sum in different orders; 8 bits hide all but a step of that. */
const PIXEL_TOLERANCE = 1;

let browser: Browser;
let hub: HubServer;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  const folder = `${inject('modelsFolder')}/small/tokenizer`;
  hub = await startHub({
    'config.json': await readFile(`${folder}/config.json`),
    'model.safetensors': await readFile(`${folder}/model.safetensors`),
  });
});
afterEach(() => hub.close());

const openModels = (model = '') =>
  openPage(browser, `?hub=${hub.address}#/models${model === '' ? '' : `?url=${encodeURIComponent(model)}`}`);

/** Bytes of the largest range of the weights that was asked for; Infinity for the whole file. */
function largestRead(): number {
  const ranges = hub.requests.filter((line) => line.includes('/content/model.safetensors'));
  const sizes = ranges.map((line) => {
    const range = /bytes=(\d+)-(\d+)$/.exec(line);
    return range === null ? Infinity : Number(range[2]) - Number(range[1]) + 1;
  });
  return Math.max(0, ...sizes);
}

async function shownTokens(page: Page): Promise<Int32Array> {
  const text = new URLSearchParams((await page.evaluate(() => location.hash)).split('?')[1]).get('t') ?? '';
  return textToTokens(text, 16, 256)!;
}

describe('A model of a hub', () => {
  it('is described from its header, downloaded with its id, reconstructs, and is not downloaded again', async () => {
    const { page, context, errors } = await openModels();
    await lookAt(page, HUB_MODEL);
    await page.getByTestId('found').getByText('Tokenizer: pictures of 32 x 32 to 16 latents').waitFor();
    expect(page.url()).toContain(`url=${encodeURIComponent(HUB_MODEL)}`);
    expect(largestRead()).toBeLessThan(hub.files.get('model.safetensors')!.length / 10);
    await useModelAt(page, HUB_MODEL, 'tokenizer');
    expect(await page.getByTestId('tokenizer-in-use').textContent()).toMatch(/^owner\/small: .*16 latents/);
    expect(largestRead()).toBe(Infinity);

    await goTo(page, '#/reconstruct');
    await whenShown(page);
    const pixels = await settled(page);
    const expected = await decodeInNode(await shownTokens(page), 'small');
    expect(largestDifference(pixels, expected)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    expect(errors).toEqual([]);

    hub.requests.length = 0;
    await page.goto('about:blank');
    await page.goto(`${inject('siteUrl')}?hub=${hub.address}#/models?url=${encodeURIComponent(HUB_MODEL)}`);
    await startDownload(page);
    await page
      .getByTestId('tokenizer-in-use')
      .getByText(/^owner\/small: /)
      .waitFor();
    expect(new Set(hub.requests)).toEqual(new Set([`GET /api/models/${HUB_MODEL}/revision/main?blobs=true`]));
    await context.close();
  });

  it('is refused in a line when its bytes are others than the hub lists, or there is none of that name', async () => {
    hub.sent.set(
      'model.safetensors',
      Buffer.from(hub.files.get('model.safetensors')!).fill(9, 100_000, 100_008),
    );
    const { page, context } = await openModels(HUB_MODEL);
    await startDownload(page);
    const problem = page.getByRole('alert');
    await problem
      .getByText(/^Model\.safetensors of owner\/small has the checksum [0-9a-f]{64}, expected/)
      .waitFor();
    await lookAt(page, 'owner/other');
    await problem.getByText(/no model of that name at http:\/\/127\.0\.0\.1:\d+ that may be read/).waitFor();
    await context.close();
  });

  it('is asked for as files where it is gated or private: a visitor cannot set a token', async () => {
    hub.gated.add(HUB_MODEL);
    const { page, context } = await openModels(HUB_MODEL);
    const problem = page.getByRole('alert');
    await problem
      .getByText(
        `Owner/small is gated. Accept its terms at ${hub.address}/${HUB_MODEL}, then: Download its folder there and open its files here.`,
      )
      .waitFor();
    await lookAt(page, 'owner/other');
    await problem
      .getByText(/Where the model is private: Download its folder there and open its files here\.$/)
      .waitFor();
    expect(await problem.textContent()).not.toContain('HF_TOKEN');

    const files = Object.fromEntries([...hub.files].map(([path, content]) => [path, content]));
    await chooseFiles(page, files);
    await page.getByRole('button', { name: 'Use it' }).click();
    await page
      .getByTestId('tokenizer-in-use')
      .getByText(/16 latents/)
      .waitFor();
    await context.close();
  });

  it('can be cancelled while it is downloaded, and what was in use stays', async () => {
    const { page, context } = await openModels(HUB_MODEL);
    await page.getByTestId('found').waitFor();
    hub.stalled.add('model.safetensors');
    await startDownload(page);
    await page
      .getByTestId('progress')
      .getByText(/Loading the tokenizer: 0\.[1-9] MB of [\d.]+ MB/)
      .waitFor();
    await page.getByRole('button', { name: 'Cancel the download' }).click();
    await page.getByTestId('progress').waitFor({ state: 'detached' });
    expect(await page.getByRole('alert').textContent()).toBe('');
    expect(await page.getByTestId('tokenizer-in-use').textContent()).toContain('emoji-64');
    expect(await page.getByTestId('found').count()).toBe(1);
    await context.close();
  });
});
