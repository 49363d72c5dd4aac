import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useModelAt } from './models-page';
import { openPage, startBrowser } from './open-page';

/** GELU of 1, which the start-up test knows. */
const KNOWN_VALUE = '.841344746';

let drawing: Browser;
let forbidden: Browser;
beforeAll(async () => {
  drawing = await startBrowser();
  forbidden = await startBrowser('forbidden');
});
afterAll(async () => {
  await drawing.close();
  await forbidden.close();
});

/** The page of a browser that cannot read WebAssembly; the Models view computes nothing before it is asked to. */
async function openWithoutWasm(browser: Browser) {
  const opened = await openPage(browser, 'icon.svg');
  await opened.context.route('**/*.wasm', (route) => route.abort());
  await opened.page.goto(`${inject('siteUrl')}#/models`);
  return opened;
}

async function withWrongValue(context: BrowserContext): Promise<void> {
  await context.route('**/assets/*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({
      response,
      body: (await response.text()).replaceAll(KNOWN_VALUE, '.941344746'),
    });
  });
}

describe('The page where WebAssembly cannot be read', () => {
  it('computes by way of WebGL, and says so', async () => {
    const { page, context } = await openWithoutWasm(drawing);
    await useModelAt(page, `${inject('modelsUrl')}small/tokenizer`, 'tokenizer');
    expect(await page.getByTestId('backend').textContent()).toMatch(
      /^Computing with WebGL, .*No WebGPU: .*No WebAssembly: /,
    );
    await context.close();
  });

  it('computes in JavaScript where there is no WebGL, and says how slow that is', async () => {
    const { page, context } = await openWithoutWasm(forbidden);
    await useModelAt(page, `${inject('modelsUrl')}small/tokenizer`, 'tokenizer');
    expect(await page.getByTestId('backend').textContent()).toMatch(
      /^Computing with JavaScript, .*many times slower.*No WebAssembly: .*No WebGL: /,
    );
    await context.close();
  });
});

describe('The start-up test', () => {
  it('refuses every backend that computes a wrong number', async () => {
    const { page, context } = await openPage(drawing, 'icon.svg');
    await withWrongValue(context);
    await page.goto(inject('siteUrl'));
    await page
      .getByRole('alert')
      .getByText(
        /No WebAssembly: startUpTest: gelu.*No WebGL: startUpTest: gelu.*No JavaScript: startUpTest: gelu/,
      )
      .waitFor();
    await context.close();
  });
});
