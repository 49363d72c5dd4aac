import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runLogged } from './run-logged.mjs';

/** Names under which Chromium or Chrome is on the PATH. */
const NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
];

/** Places outside of the PATH. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * Path of a Chromium: RESTOK_CHROMIUM, or one that is installed.
 *
 * @param {{ readonly [name: string]: string | undefined }} environment
 * @returns {string | undefined}
 */
export function findChromium(environment = process.env) {
  const named = environment.RESTOK_CHROMIUM;
  if (named !== undefined && named !== '') {
    return named;
  }
  const folders = (environment.PATH ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...candidates, ...PLACES].find((path) => existsSync(path));
}

/**
 * Tests of the page and of WebGPU need Chromium and its software Vulkan. Where it is missing, Debian's is installed
 * if that needs no password; otherwise the tests themselves say what to install.
 */
export async function ensureChromium() {
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (findChromium() === undefined && mayInstall) {
    await runLogged('apt-get-update', ['apt-get', 'update', '-qq']);
    await runLogged('apt-get-install', [
      ...['apt-get', 'install', '-y', '-qq', '--no-install-recommends'],
      ...['chromium-headless-shell', 'libvulkan1'],
    ]);
  }
}
