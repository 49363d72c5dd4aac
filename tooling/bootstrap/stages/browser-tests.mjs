import { ensureChromium } from '../chromium.mjs';
import { runVitest } from '../run-vitest.mjs';

const FIFTEEN_MINUTES = 900_000;

/** Drives the built page in Chromium as a person would. */
export async function run() {
  await ensureChromium();
  return runVitest('browser-tests', ['--config', 'apps/demo/vitest.browser.config.ts'], {
    timeout: FIFTEEN_MINUTES,
  });
}
