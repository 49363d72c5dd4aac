import type { Page } from 'playwright-core';

/** The error that the page shows, NaN before the first step. */
export async function errorOf(page: Page): Promise<number> {
  return Number(await page.getByTestId('error').textContent());
}

/** Steps that are done. */
export async function stepOf(page: Page): Promise<number> {
  const status = (await page.getByTestId('train-status').textContent()) ?? '';
  return Number(/\d+/.exec(status)?.[0] ?? 0);
}
