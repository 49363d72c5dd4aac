import { ensureChromium } from '../chromium.mjs';
import { runVitest } from '../run-vitest.mjs';

const FIFTEEN_MINUTES = 900_000;

/** What runs in Chromium: the page, driven as a person would, and the reference numbers on WebGPU. */
const configs = {
  'browser-tests': 'apps/demo/vitest.browser.config.ts',
  'browser-parity': 'apps/demo/vitest.parity.config.ts',
};

/** Both side by side: the second ends long before those tests of the first that hold the page to a time. */
export async function run() {
  await ensureChromium();
  const results = Object.entries(configs).map(([name, config]) =>
    runVitest(name, ['--config', config], { timeout: FIFTEEN_MINUTES }),
  );
  return (await Promise.all(results)).flat();
}
