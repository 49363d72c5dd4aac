import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { mixOrigins } from '../src/state/mixing';
import { tokensToText } from '../src/state/token-text';
import { canvasPixels, largestDifference } from './canvas-pixels';
import { decodeInNode, generateInNode } from './in-node';
import { goTo, useModelAt } from './models-page';
import type { OpenedPage } from './open-page';
import { openPage, startBrowser } from './open-page';
import { lastPass } from './page-use';

/** Two backends sum in different orders; 8 bits hide all but a step or two of that. */
const PIXEL_TOLERANCE = 2;
/** Latents by level of the small model, and the rows of its codebook. */
const LEVELS = [1, 1, 2, 4, 8];
const CODES = 256;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser('emulated');
});
afterAll(() => browser.close());

/** The small models on the emulated card, put into use in the Models view. */
async function openSmall(...kinds: ('tokenizer' | 'generator')[]): Promise<OpenedPage> {
  const opened = await openPage(browser, '?backend=webgpu#/models');
  for (const kind of kinds) {
    await useModelAt(opened.page, `${inject('modelsUrl')}small/${kind}`, kind);
  }
  return opened;
}

/** Indices that differ from latent to latent. */
const indicesFrom = (first: number): Int32Array =>
  Int32Array.from({ length: 16 }, (_, latent) => (first + latent * 15) % CODES);

describe('A graphics card that the processor emulates', () => {
  it('generates the picture that Node generates', async () => {
    const { page, context, errors } = await openSmall('tokenizer', 'generator');
    await goTo(page, '#/generate?class=food%2Fnoto&seed=7&n=1&guidance=1&topp=0.9');
    const options = { seed: 7, guidanceScale: 1, topP: 0.9 };
    const [expected] = await generateInNode('food/noto', options, 'small');
    await lastPass(page, 6);
    expect(largestDifference(await canvasPixels(page, 'generated'), expected!)).toBeLessThanOrEqual(
      PIXEL_TOLERANCE,
    );
    expect(await page.getByTestId('backend').textContent()).toContain('Computing with WebGPU');
    expect(errors).toEqual([]);
    await context.close();
  });

  it('mixes the picture that Node mixes', async () => {
    const { page, context, errors } = await openSmall('tokenizer');
    const [a, b] = [indicesFrom(0), indicesFrom(100)];
    const settings = `a=${tokensToText(a, CODES)}&b=${tokensToText(b, CODES)}&levels=aabab`;
    await goTo(page, `#/mix?${settings}`);
    const mixed = mixOrigins({ a, b, redrawn: undefined }, ['a', 'a', 'b', 'a', 'b'], LEVELS);
    const expected = await decodeInNode(mixed, 'small');
    await expect
      .poll(async () => largestDifference(await canvasPixels(page, 'mixed'), expected), { timeout: 60_000 })
      .toBeLessThanOrEqual(PIXEL_TOLERANCE);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('looks inside: where a latent looks, and what a level changes', async () => {
    const { page, context, errors } = await openSmall('tokenizer');
    await goTo(page, '#/inside?layer=1&head=0&latent=5');
    await page.getByRole('heading', { name: 'Attention of latent 6' }).waitFor();
    await page.getByTestId('attention').waitFor();
    await page.getByTestId(`level-map-${LEVELS.length - 1}`).waitFor();
    await page.getByText(/16 latents with \d+ different codes of 256/).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });
});
