import type { Page } from 'playwright-core';

/** Chooses files in the Models view. */
export async function chooseFiles(page: Page, files: Readonly<Record<string, Buffer>>): Promise<void> {
  await page
    .getByTestId('model-files')
    .setInputFiles(
      Object.entries(files).map(([name, buffer]) => ({ name, mimeType: 'application/octet-stream', buffer })),
    );
}

/** Looks at a model in the Models view. */
export async function lookAt(page: Page, address: string): Promise<void> {
  await page.getByLabel('Address of its folder').fill(address);
  await page.getByRole('button', { name: 'Look', exact: true }).click();
}

/**
 * Lets a folder of the site hold a model of one weight, of which only the header is there.
 *
 * @param config of the model.
 * @param shape of its weight, in float32.
 * @returns how many bytes of the weights were asked for so far.
 */
export async function pretendModel(
  page: Page,
  folder: string,
  config: Buffer,
  shape: readonly number[],
): Promise<() => number> {
  const bytes = 4 * shape.reduce((product, side) => product * side, 1);
  const weight = { x: { dtype: 'F32', shape, data_offsets: [0, bytes] } };
  const header = Buffer.from(JSON.stringify(weight).padEnd(128));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(128n);
  let asked = 0;
  await page.route(`**/${folder}/**`, async (route) => {
    const isConfig = route.request().url().endsWith('config.json');
    const body = isConfig ? config : Buffer.concat([length, header]);
    const [, start = '0', end = ''] = /bytes=(\d+)-(\d*)/.exec(route.request().headers().range ?? '') ?? [];
    const total = isConfig ? body.length : 136 + bytes;
    asked += isConfig ? 0 : (end === '' ? total - 1 : Number(end)) - Number(start) + 1;
    const part = body.subarray(Number(start), end === '' ? undefined : Number(end) + 1);
    const last = Number(start) + part.length - 1;
    await route.fulfill({
      status: 206,
      body: part,
      headers: { 'content-range': `bytes ${start}-${last}/${total}` },
    });
  });
  return () => asked;
}

/** Begins to load the model that was looked at. */
export async function startDownload(page: Page): Promise<void> {
  await page.getByTestId('found').getByRole('button', { name: 'Download and use' }).click();
}

/** Loads the model behind an address, or of a hub id, in the Models view and waits until it is in use. */
export async function useModelAt(
  page: Page,
  address: string,
  kind: 'tokenizer' | 'generator',
): Promise<void> {
  await lookAt(page, address);
  await useFound(page, kind);
}

/** Loads the model that was looked at and waits until it is in use. */
export async function useFound(page: Page, kind: 'tokenizer' | 'generator'): Promise<void> {
  await startDownload(page);
  await page
    .getByTestId(`${kind}-in-use`)
    .getByText(/weights, /)
    .waitFor();
  await page.getByTestId('found').waitFor({ state: 'detached' });
}

/** Goes to another view of the page that is open. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((next) => (location.hash = next), hash);
}

/** Names of the files of one of the site's models that the browser keeps. */
export function keptFiles(page: Page, folder: string): Promise<string[]> {
  return page.evaluate(async (path) => {
    const cache = await caches.open('restok-models-1');
    const list = await cache.match(new URL(`${path}/kept-files.json`, document.baseURI));
    return Object.keys((await list?.json()) ?? {});
  }, folder);
}
