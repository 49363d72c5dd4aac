import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-wasm';
import { setBackend, tensor4d } from '@tensorflow/tfjs-core';
import { Random } from '@restok/core';
import { Generator } from '@restok/generator';
import { exportGenerator, exportTokenizer } from '@restok/onnx';
import { ResTok } from '@restok/tokenizer';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { build } from 'vite';
import { startBrowser } from './open-page';
import type { StaticServer } from './static-server';
import { serveFolder } from './static-server';

const root = fileURLToPath(new URL('onnx-page', import.meta.url));
/** Pictures differ by rounding only. */
const TOLERANCE = 1e-4;
const SIDE = 32;
const BATCH = 2;
const LABELS = [3, 20];
const GUIDANCE_SCALE = 2;

let browser: Browser;
let site: StaticServer;
let folder: string;
let page: Page;
const errors: string[] = [];
const addressOf = (part: string): string => `${inject('modelsUrl')}package/${part}`;
const models = inject('modelsFolder');

/** A page of somebody who has the package and a bundler, and models at an address. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restok-onnx-page-'));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder, target: 'es2022', chunkSizeWarningLimit: 1500 },
  });
  site = await serveFolder(folder);
  await setBackend('wasm');
  browser = await startBrowser();
  page = await browser.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(site.url);
  await page.waitForFunction(() => 'calls' in window);
});
afterAll(async () => {
  await browser.close();
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

describe('@restok/onnx/browser in a page', () => {
  it('loads a tokenizer from its address, whose indices are those of TensorFlow.js', async () => {
    const model = await ResTok.fromPretrained(join(models, 'small/tokenizer'));
    await exportTokenizer(model, join(models, 'package/tokenizer'));
    const random = new Random(1);
    const pixels = Array.from({ length: BATCH * SIDE * SIDE * 3 }, () => Math.fround(random.uniform()));
    const numKept = [model.numLatents, 4];
    const given = await page.evaluate(
      ([address, values, kept]) => window.calls.tokenize(address, values, kept),
      [addressOf('tokenizer'), pixels, numKept] as const,
    );
    const { indices } = model.encode(tensor4d(pixels, [BATCH, SIDE, SIDE, 3]));
    expect(given.indices).toEqual([...indices.dataSync()]);
    const expected = model.decodeIndices(indices, { numKept }).dataSync();
    for (const pictures of [given.pictures, given.fromCodes]) {
      expect(pictures).toHaveLength(expected.length);
      const largest = pictures.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
      expect(largest).toBeLessThanOrEqual(TOLERANCE);
    }
    expect(errors).toEqual([]);
  });

  it('loads a generator from its address, whose greedy indices are those of TensorFlow.js', async () => {
    const model = await Generator.fromPretrained(join(models, 'small/generator'));
    await exportGenerator(model, join(models, 'package/generator'));
    const given = await page.evaluate(
      ([address, labels, scale]) => window.calls.generate(address, labels, scale),
      [addressOf('generator'), LABELS, GUIDANCE_SCALE] as const,
    );
    const expected = await model.generateIndices(LABELS, { topK: 1, guidanceScale: GUIDANCE_SCALE });
    expect(given.indices).toEqual([...expected.dataSync()]);
    // 16 latents: four one by one, then levels of 4 and 8.
    expect(given.passes).toBe(6);
    expect(errors).toEqual([]);
  });

  it('says in one line that there is no exported model at an address', async () => {
    const refusal = await page.evaluate(
      (address) => window.calls.refusal(address),
      `${inject('modelsUrl')}small/tokenizer`,
    );
    expect(refusal).toMatch(/holds no onnx\.json\. Pass a folder that restok export has written\.$/);
  });
});
