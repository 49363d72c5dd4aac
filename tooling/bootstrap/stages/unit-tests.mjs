import { ensureChromium } from '../chromium.mjs';
import { runVitest } from '../run-vitest.mjs';

const SEVENTEEN_MINUTES = 1_020_000;

/** Runs vitest on the sources. */
export async function run() {
  await ensureChromium();
  return runVitest('unit-tests', [], { timeout: SEVENTEEN_MINUTES });
}
