import { cp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { encodeSafetensors, openModel } from '@restok/hub';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startHaltingServer } from './halting-server';
import { lookAt, startDownload, useFound, useModelAt } from './models-page';
import { openPage, startBrowser } from './open-page';

let browser: Browser;
let numFolders = 0;
/** A folder of its own for each test, beside the models, and its address. */
let folder: string;
let address: string;

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  numFolders += 1;
  folder = `${inject('modelsFolder')}/of-a-test-${numFolders}`;
  address = `${inject('modelsUrl')}of-a-test-${numFolders}`;
  await cp(`${inject('modelsFolder')}/small/tokenizer`, folder, { recursive: true });
});

/** Notes `GET model.safetensors` of every request for a file of the folder, from now on. */
function requestsOf(page: Page): string[] {
  const seen: string[] = [];
  page.context().on('request', (request) => {
    if (request.url().startsWith(address)) {
      seen.push(`${request.method()} ${request.url().slice(address.length + 1)}`);
    }
  });
  return seen;
}

/** Weights in two files with an index, and the config in YAML. */
async function shard(): Promise<void> {
  const { config, weights } = await openModel(folder);
  const names = [...weights.entries.keys()];
  const half = Math.ceil(names.length / 2);
  const parts = { 'model-1.safetensors': names.slice(0, half), 'model-2.safetensors': names.slice(half) };
  const weight_map: Record<string, string> = {};
  for (const [file, own] of Object.entries(parts)) {
    const tensors = own.map((name) => ({
      name,
      shape: weights.entries.get(name)!.shape,
      values: () => weights.read(name),
    }));
    await writeFile(`${folder}/${file}`, await encodeSafetensors(tensors));
    own.forEach((name) => (weight_map[name] = file));
  }
  await weights.close();
  await writeFile(`${folder}/model.safetensors.index.json`, JSON.stringify({ weight_map }));
  await writeFile(
    `${folder}/config.yaml`,
    `# In YAML, of which JSON is a part.\n${JSON.stringify(config)}\n`,
  );
  await rm(`${folder}/model.safetensors`);
  await rm(`${folder}/config.json`);
}

/** Writes other weights of the same size, as a new version of a model is. */
async function replaceWeights(): Promise<void> {
  const bytes = await readFile(`${folder}/model.safetensors`);
  await writeFile(`${folder}/model.safetensors`, bytes.fill(0, bytes.length - 100));
  await utimes(`${folder}/model.safetensors`, new Date(), new Date(Date.now() + 60_000));
}

/** Opens the Models view and loads the folder from a server that stops in the middle of the weights. */
async function openHalted() {
  const server = await startHaltingServer(folder);
  const { page, context } = await openPage(browser, '#/models');
  await lookAt(page, server.address);
  await startDownload(page);
  await whenHalf(page);
  const close = async (): Promise<void> => {
    await context.close();
    await server.close();
  };
  return { server, page, close };
}

/** Waits until half of the weights are there. */
const whenHalf = (page: Page) =>
  page
    .getByTestId('progress')
    .getByText(/0\.[1-9] MB of/)
    .waitFor();

/** Waits until the model of a server of this machine is in use. */
const whenInUse = (page: Page) =>
  page
    .getByTestId('tokenizer-in-use')
    .getByText(/^127\.0\.0\.1:\d+: .*16 latents/)
    .waitFor();

const inUseText = (page: Page) => page.getByTestId('tokenizer-in-use').textContent();

describe('A model behind an address', () => {
  it('may have its weights in several files and its config in YAML', async () => {
    await shard();
    const { page, context } = await openPage(browser, '#/models');
    await useModelAt(page, address, 'tokenizer');
    expect(await inUseText(page)).toMatch(/^of-a-test-\d+: .*16 latents of 256 codes/);
    await context.close();
  });

  it('is downloaded once, and as a whole again when it has changed there', async () => {
    const { page, context } = await openPage(browser, '#/models');
    const requests = requestsOf(page);
    await useModelAt(page, address, 'tokenizer');
    const downloads = ['GET config.json', 'GET model.safetensors'];
    expect(requests).toEqual(expect.arrayContaining(downloads));

    const load = async (): Promise<string[]> => {
      await lookAt(page, address);
      await page.getByTestId('found').waitFor();
      requests.length = 0;
      await useFound(page, 'tokenizer');
      // Whether there are ONNX files is asked each time.
      return requests.filter((line) => !line.endsWith('onnx.json'));
    };
    expect(await load()).toEqual(['HEAD config.json', 'HEAD model.safetensors']);
    await replaceWeights();
    expect(await load()).toEqual(expect.arrayContaining(downloads));
    expect((await load()).filter((line) => line.startsWith('GET'))).toEqual([]);
    await context.close();
  });

  it('runs, with a line that says so, where the browser has no room to keep it', async () => {
    const { page, context } = await openPage(browser, '#/models');
    await lookAt(page, address);
    await page.getByTestId('found').waitFor();
    const note = page.getByTestId('storage-note');
    expect(await note.count()).toBe(0);
    const session = await context.newCDPSession(page);
    const { origin } = new URL(inject('siteUrl'));
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 });
    await startDownload(page);
    await note.getByText(/no room to keep the tokenizer: .* does not work offline/).waitFor();
    expect(await inUseText(page)).toMatch(/^of-a-test-\d+: .*16 latents/);
    await context.close();
  });

  it('asks the browser once to keep what was downloaded', async () => {
    const { page, context } = await openPage(browser, 'icon.svg');
    await context.addInitScript(() => {
      StorageManager.prototype.persist = () => {
        document.documentElement.dataset.asked = `${document.documentElement.dataset.asked ?? ''}!`;
        return Promise.resolve(true);
      };
    });
    const asked = () => page.evaluate(() => document.documentElement.dataset.asked);
    await page.goto(new URL('./#/models', page.url()).href);
    await useModelAt(page, address, 'tokenizer');
    expect(await asked()).toBe('!');
    await page.reload();
    await useModelAt(page, `${inject('modelsUrl')}small/tokenizer`, 'tokenizer');
    expect(await asked()).toBeUndefined();
    await context.close();
  });

  it('shows how far its download is', async () => {
    const { server, page, close } = await openHalted();
    const progress = page.getByTestId('progress');
    await progress.getByText(/^Loading the tokenizer: (0\.[1-9]) MB of (?!\1)\d\.\d MB$/).waitFor();
    const share = await progress.getByRole('progressbar').getAttribute('value');
    expect(Number(share)).toBeCloseTo(0.5, 1);
    server.goOn();
    await whenInUse(page);
    await close();
  });

  it('is refused in a line when the connection ends in the middle, and is whole another time', async () => {
    const { server, page, close } = await openHalted();
    server.cut();
    await page
      .getByRole('alert')
      .getByText(/model\.safetensors was cut off after \d+ of \d+ bytes.*Try again/)
      .waitFor();
    await startDownload(page);
    await whenHalf(page);
    server.goOn();
    await whenInUse(page);
    await close();
  });
});
