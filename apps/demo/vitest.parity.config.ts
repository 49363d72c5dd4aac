import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { findChromium } from './test/find-chromium';
import { EMULATED_CARD, QUIET } from './test/open-page';
import unitTests from '../../vitest.config';

const here = fileURLToPath(new URL('test/parity/', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Modules that are others in a page, before those of the unit tests. */
const inPages = [
  { find: /^node:(fs|url)$/, replacement: `${here}served-files.ts` },
  { find: '@restok/testing', replacement: `${root}packages/testing/src/browser.ts` },
  { find: /^@restok\/backend-node$/, replacement: `${root}packages/backend-node/src/portable.ts` },
  { find: '#gpu', replacement: `${root}packages/backend-webgpu/src/gpu.browser.ts` },
  { find: '#folder-source', replacement: `${root}packages/hub/src/folder-source.browser.ts` },
];

/** The folder of further fixtures, and where the server shows it. */
const moreFixtures = process.env.RESTOK_FIXTURES ?? '';
const served = moreFixtures === '' ? '' : join('/@fs', moreFixtures);

/** Addresses of the files in it. */
function moreFiles(): string[] {
  const files =
    moreFixtures === '' ? [] : readdirSync(moreFixtures, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map((file) => join('/@fs', file.parentPath, file.name));
}

/** The suites of reference numbers in Chromium, on a graphics card that the processor emulates. */
export default defineConfig({
  root,
  resolve: { alias: [...inPages, ...(unitTests.resolve!.alias as typeof inPages)] },
  define: {
    'process.env': JSON.stringify({ RESTOK_SLOW: process.env.RESTOK_SLOW ?? '', RESTOK_FIXTURES: served }),
    MORE_FIXTURE_FILES: JSON.stringify(moreFiles()),
  },
  server: { fs: { allow: [root, ...(moreFixtures === '' ? [] : [moreFixtures])] } },
  test: {
    include: ['apps/demo/test/parity/*.browser.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: { executablePath: findChromium(), args: ['--no-sandbox', ...QUIET, ...EMULATED_CARD] },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
