import type { Page } from 'playwright-core';

/** Chooses files in the Models view. */
export async function chooseFiles(page: Page, files: Readonly<Record<string, Buffer>>): Promise<void> {
  await page
    .getByTestId('model-files')
    .setInputFiles(
      Object.entries(files).map(([name, buffer]) => ({ name, mimeType: 'application/octet-stream', buffer })),
    );
}

/** Loads the model behind an address in the Models view and waits until it is in use. */
export async function useModelAt(
  page: Page,
  address: string,
  kind: 'tokenizer' | 'generator',
): Promise<void> {
  await page.getByLabel('Address of its folder').fill(address);
  await page.getByRole('button', { name: 'Look', exact: true }).click();
  await page.getByTestId('found').getByRole('button', { name: 'Download and use' }).click();
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
