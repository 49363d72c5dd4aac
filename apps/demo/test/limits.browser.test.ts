import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { lookAt, pretendModel } from './models-page';
import { openPage, startBrowser } from './open-page';

/** Limits of the smallest card that WebGPU allows: a tensor of 128 MiB. */
const SMALLEST = { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 };
/** A weight of 140 MB, which is more than that and less than the emulated card holds. */
const LARGE_WEIGHT = [35_000, 1000];
const SMALL_WEIGHT = [1000, 1000];
/** Of the file of weights, its header is what one must read to know the sizes. */
const HEADER_BYTES = 64 * 1024;

let browser: Browser;
let config: string;
beforeAll(async () => {
  browser = await startBrowser('emulated');
  config = await readFile(`${inject('modelsFolder')}/small/tokenizer/config.json`, 'utf8');
});
afterAll(() => browser.close());

/** Lets adapters in the page's workers say that they have the smallest limits; devices then have no more. */
function pretendSmallCard(): void {
  // Of a worker, which no init script reaches; this text goes before its own.
  const { gpu } = navigator as unknown as { gpu: { requestAdapter(...options: object[]): Promise<object> } };
  const request = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async (...options) => {
    const adapter = (await request(...options)) as { readonly limits: object };
    const { limits } = adapter;
    const small = new Proxy(limits, {
      get: (_, name) => (SMALLEST as Record<string, number>)[String(name)] ?? Reflect.get(limits, name),
    });
    Object.defineProperty(adapter, 'limits', { value: small });
    return adapter;
  };
}

async function withSmallCard(context: BrowserContext): Promise<void> {
  await context.route('**/assets/engine-worker-*.js', async (route) => {
    const response = await route.fetch();
    const before = `const SMALLEST = ${JSON.stringify(SMALLEST)}; (${pretendSmallCard.toString()})();`;
    await route.fulfill({ response, body: `${before}\n${await response.text()}` });
  });
}

/** The Models view with WebGPU, on a card with the smallest limits where that is asked for. */
async function openModels(isSmall: boolean) {
  const opened = await openPage(browser, 'icon.svg');
  if (isSmall) {
    await withSmallCard(opened.context);
  }
  await opened.page.goto(`${inject('siteUrl')}?backend=webgpu#/models`);
  return opened;
}

/** Looks at a model of one weight behind an address; gives how many bytes of its weights were asked for. */
async function lookAtPretended(
  page: Page,
  shape: readonly number[],
  withConfig = config,
): Promise<() => number> {
  const asked = await pretendModel(page, 'pretended', Buffer.from(withConfig), shape);
  await lookAt(page, new URL('pretended', inject('siteUrl')).href);
  await page
    .getByTestId('found')
    .getByText(/^Tokenizer: /)
    .waitFor();
  return asked;
}

describe('A model for a graphics card with small limits', () => {
  it('is refused for its largest weight, saying why, before it is downloaded', async () => {
    const { page, context } = await openModels(true);
    const asked = await lookAtPretended(page, LARGE_WEIGHT);
    const found = page.getByTestId('found');
    expect(await found.textContent()).toMatch(
      /This graphics card holds tensors of up to 134 MB, and its weight x has 140 MB\. Open the page with \?backend=webassembly, or use a smaller model\./,
    );
    expect(await found.getByRole('button').count()).toBe(0);
    expect(asked()).toBeGreaterThan(0);
    expect(asked()).toBeLessThan(HEADER_BYTES);
    await context.close();
  });

  it('is refused for what it computes of one picture', async () => {
    const { page, context } = await openModels(true);
    const large = JSON.parse(config) as { dataset: { preprocessing: { crop_size: number } } };
    large.dataset.preprocessing.crop_size = 1024;
    await lookAtPretended(page, SMALL_WEIGHT, JSON.stringify(large));
    const found = page.getByTestId('found');
    expect(await found.textContent()).toMatch(
      /holds tensors of up to 134 MB, and what it computes of one picture has 135 MB\./,
    );
    expect(await found.getByRole('button').count()).toBe(0);
    await context.close();
  });

  it('is offered where it fits, and on a card that holds more', async () => {
    for (const [isSmall, shape] of [
      [true, SMALL_WEIGHT],
      [false, LARGE_WEIGHT],
    ] as const) {
      const { page, context } = await openModels(isSmall);
      await lookAtPretended(page, shape);
      await page.getByTestId('found').getByRole('button', { name: 'Download and use' }).waitFor();
      expect(await page.getByTestId('found').textContent()).not.toContain('graphics card');
      await context.close();
    }
  });
});
