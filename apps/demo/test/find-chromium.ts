import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** The first has no window to draw, which saves a fifth of the time that a page takes to open. */
const SYSTEM = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/**
 * The browser that tests drive: the one of RESTOK_CHROMIUM, the system's, or Playwright's own.
 *
 * @throws Error saying what to install when there is none.
 */
export function findChromium(): string {
  const named = process.env.RESTOK_CHROMIUM;
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) {
      throw new Error(`RESTOK_CHROMIUM names ${named}, which does not exist. Correct it or leave it out.`);
    }
    return named;
  }
  const found = [...SYSTEM, chromium.executablePath()].find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(
      'The tests of the page need Chromium. Install it with "apt-get install chromium-headless-shell" or "npx playwright-core install --with-deps chromium", or name one in RESTOK_CHROMIUM.',
    );
  }
  return found;
}
