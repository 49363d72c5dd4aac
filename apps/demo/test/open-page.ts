import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { inject } from 'vitest';
import { findChromium } from './find-chromium';

/** Keep a headless browser from looking for hosts that it cannot reach. */
export const QUIET = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starting the engine and loading the model on a machine that does other work, too. */
const READY_TIMEOUT = 120_000;

/**
 * WebGPU on a graphics card that the processor emulates. It would compile a store for every zero that memory of a
 * workgroup begins with, which takes it up to a second for a program; our programs write before they read.
 */
export const EMULATED_CARD = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-dawn-features=disable_workgroup_init',
];

/** What a browser offers to draw and compute with. */
const graphicsFlags = {
  /** No WebGPU; the processor draws for WebGL. */
  none: [],
  emulated: EMULATED_CARD,
  /** No WebGL either. */
  forbidden: ['--disable-gpu', '--disable-software-rasterizer'],
} as const;

/**
 * A browser, by default without WebGPU, so that the page takes WebAssembly.
 *
 * @param more further arguments of Chromium.
 */
export function startBrowser(
  graphics: keyof typeof graphicsFlags = 'none',
  more: readonly string[] = [],
): Promise<Browser> {
  const args = ['--no-sandbox', ...QUIET, ...graphicsFlags[graphics], ...more];
  return chromium.launch({ executablePath: findChromium(), args });
}

/** What is open in a test: the page, what it logged as an error, and how to close it. */
export interface OpenedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly errors: readonly string[];
}

/** How a page is opened. */
export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colours?: 'light' | 'dark';
  /** Off by default, since moving things are hard to compare. */
  readonly motion?: boolean;
  /** Whether the page keeps itself for later; off by default, since that downloads everything for every test. */
  readonly offline?: boolean;
}

/**
 * Opens the built site in a context of its own.
 *
 * @param address what follows the site's address, such as `#/mix`.
 */
export async function openPage(
  browser: Browser,
  address = '',
  { width = 1280, height = 900, colours = 'light', motion = false, offline = false }: OpenOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: colours,
    reducedMotion: motion ? 'no-preference' : 'reduce',
    acceptDownloads: true,
    serviceWorkers: offline ? 'allow' : 'block',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(READY_TIMEOUT);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') {
      errors.push(message.text());
    }
  });
  await page.goto(`${inject('siteUrl')}${address}`);
  return { page, context, errors };
}
