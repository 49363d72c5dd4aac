import { ensureChromium } from '../chromium.mjs';
import { runVitest } from '../run-vitest.mjs';

const FIFTEEN_MINUTES = 900_000;

/** Runs vitest on the sources. */
export async function run() {
  await ensureChromium();
  return runVitest('unit-tests', [], { timeout: FIFTEEN_MINUTES });
}
