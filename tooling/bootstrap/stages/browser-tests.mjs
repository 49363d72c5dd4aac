import { ensureChromium } from '../chromium.mjs';
import { runVitest } from '../run-vitest.mjs';

const TEN_MINUTES = 600_000;

/** Drives the built page in Chromium as a person would. */
export async function run() {
  await ensureChromium();
  return runVitest('browser-tests', ['--config', 'apps/demo/vitest.browser.config.ts'], {
    timeout: TEN_MINUTES,
  });
}
