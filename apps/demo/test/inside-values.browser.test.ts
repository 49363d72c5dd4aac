import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { canvasAlpha, canvasPixels, largestDifference } from './canvas-pixels';
import { attentionInNode, hiddenInNode, singleCodeInNode } from './inside-in-node';
import { goTo, useModelAt } from './models-page';
import type { OpenedPage } from './open-page';
import { openPage, startBrowser } from './open-page';

/** The sample that is opened first. */
const SAMPLE = 'trophy-fluent.png';
const SIDE = 64;
/** What a veil makes of a value of 1, as in the view. */
const ATTENTION_GAIN = 0.85;
const LEVEL_GAIN = 5;
/** Rounding to 8 bits, and sums in another order. */
const ALPHA_TOLERANCE = 2;
/** Each of the two pictures may differ by a step of 8 bits, times the gain. */
const LEVEL_ALPHA_TOLERANCE = 2 * LEVEL_GAIN;
/** A step of 8 bits in one of forty values. */
const EFFECT_TOLERANCE = 1e-4;
/** Two engines sum in different orders; 8 bits hide all but a step or two of that. */
const PIXEL_TOLERANCE = 2;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

/** The mean distance of 8-bit pictures, 0 ... 1. */
function meanDistance(first: readonly number[], second: readonly number[]): number {
  const sum = first.reduce((total, value, i) => total + Math.abs(value - second[i]!), 0);
  return sum / first.length / 255;
}

/** The mean distance of the channels of each pixel, 0 ... 1. */
function distanceMap(first: readonly number[], second: readonly number[]): number[] {
  return Array.from({ length: first.length / 3 }, (_, i) =>
    meanDistance(first.slice(i * 3, i * 3 + 3), second.slice(i * 3, i * 3 + 3)),
  );
}

/** All bars, once the last is there. */
async function effectsOf(page: Page): Promise<number[]> {
  await page
    .getByTestId('effects-text')
    .getByText(/^Latent \d+ matters most/)
    .waitFor();
  return page
    .getByTestId('effects')
    .locator('[data-effect]')
    .evaluateAll((bars) => bars.map((bar) => Number((bar as HTMLElement).dataset.effect)));
}

const numTensors = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const { restok } = globalThis as unknown as {
      restok: { memory(): Promise<{ numTensors: number }> };
    };
    return (await restok.memory()).numTensors;
  });

/** Look inside with a model of 32 x 32 pixels and 16 latents, which takes a fraction of the time. */
async function openSmall(): Promise<OpenedPage> {
  const opened = await openPage(browser, '#/models');
  await useModelAt(opened.page, `${inject('modelsUrl')}small/tokenizer`, 'tokenizer');
  await goTo(opened.page, '#/inside');
  return opened;
}

describe('Look inside', () => {
  it('shows the attention that Node computes, of a layer and a head', async () => {
    const rows = await attentionInNode(SAMPLE, 3, 1);
    const { page, context } = await openPage(browser, '#/inside?layer=3&head=1&latent=5');
    await page.getByTestId('attention').waitFor();
    const shown = await canvasAlpha(page, 'attention');
    const { row, cells } = rows[5]!;
    // A softmax over all that the latent may look at.
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    const largest = Math.max(...cells);
    const cellSide = SIDE / 8;
    const expected = Array.from({ length: SIDE * SIDE }, (_, at) => {
      const cell = Math.floor(at / SIDE / cellSide) * 8 + Math.floor((at % SIDE) / cellSide);
      return (cells[cell]! / largest) * ATTENTION_GAIN * 255;
    });
    expect(largestDifference(shown, expected)).toBeLessThanOrEqual(ALPHA_TOLERANCE);
    expect(new Set(shown).size).toBeGreaterThan(8);
    await context.close();
  });

  it('shows what levels change as Node computes it', async () => {
    const finest = Array.from({ length: 32 }, (_, i) => 32 + i);
    const [whole, withoutFirst, withoutFinest] = await hiddenInNode(SAMPLE, [[], [0], finest]);
    const { page, context } = await openPage(browser, '#/inside');
    for (const [level, without] of [
      [0, withoutFirst!],
      [6, withoutFinest!],
    ] as const) {
      await page.getByTestId(`level-map-${level}`).waitFor();
      const expected = distanceMap(whole!, without).map((value) => Math.min(1, value * LEVEL_GAIN) * 255);
      const shown = await canvasAlpha(page, `level-map-${level}`);
      expect(largestDifference(shown, expected), `level ${level}`).toBeLessThanOrEqual(LEVEL_ALPHA_TOLERANCE);
      expect(Math.max(...shown), `level ${level}`).toBeGreaterThan(LEVEL_ALPHA_TOLERANCE);
    }
    await context.close();
  });

  it('shows a bar for each latent, as high as the picture moves without it', async () => {
    const [whole, without0, without20, without63] = await hiddenInNode(SAMPLE, [[], [0], [20], [63]]);
    const { page, context, errors } = await openPage(browser, '#/inside');
    const values = await effectsOf(page);
    expect(values).toHaveLength(64);
    expect(Math.max(...values)).toBeGreaterThan(0.005);
    for (const [latent, without] of [
      [0, without0!],
      [20, without20!],
      [63, without63!],
    ] as const) {
      const difference = Math.abs(values[latent]! - meanDistance(whole!, without));
      expect(difference, `latent ${latent}`).toBeLessThan(EFFECT_TOLERANCE);
    }
    const most = values.indexOf(Math.max(...values)) + 1;
    const label = await page.getByTestId('effects').getAttribute('aria-label');
    expect(label).toContain(`Latent ${most} matters most`);

    await page.getByTestId('effects').locator('[data-effect]').nth(11).click();
    await page.getByRole('heading', { name: 'Attention of latent 12' }).waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  it('compares another picture anew, and keeps no tensor of one that was left in the middle', async () => {
    const { page, context } = await openSmall();
    const first = await effectsOf(page);
    const before = await numTensors(page);
    await page.getByRole('button', { name: 'Sample: house' }).click();
    await page.getByRole('button', { name: 'Sample: face' }).click();
    await expect
      .poll(async () => largestDifference(first, await effectsOf(page)), { timeout: 60_000 })
      .toBeGreaterThan(EFFECT_TOLERANCE);
    expect(await effectsOf(page)).toHaveLength(16);
    await expect.poll(() => numTensors(page), { timeout: 60_000 }).toBe(before);
    await context.close();
  });

  it('completes the map of a small codebook: every code once, and each as Node decodes it', async () => {
    const { page, context } = await openSmall();
    await page.getByTestId('attention').waitFor();
    await page.getByTestId('codebook').scrollIntoViewIfNeeded();
    await page
      .getByTestId('map-progress')
      .getByText('Point at a picture, or press the arrow keys, to see its number.')
      .waitFor();
    const box = (await page.getByTestId('codebook').boundingBox())!;
    const codes: number[] = [];
    for (let cell = 0; cell < 256; cell++) {
      const column = cell % 16;
      const row = Math.floor(cell / 16);
      await page.mouse.move(
        box.x + ((column + 0.5) / 16) * box.width,
        box.y + ((row + 0.5) / 16) * box.height,
      );
      const text = (await page.getByTestId('map-progress').textContent()) ?? '';
      codes.push(Number(/^Code (\d+)/.exec(text)?.[1] ?? -1));
    }
    expect([...codes].sort((a, b) => a - b)).toEqual(Array.from({ length: 256 }, (_, i) => i));

    const mosaic = await canvasPixels(page, 'codebook');
    for (const cell of [0, 100, 255]) {
      const own = Array.from({ length: 32 }, (_, y) => {
        const start = ((Math.floor(cell / 16) * 32 + y) * 512 + (cell % 16) * 32) * 3;
        return mosaic.slice(start, start + 32 * 3);
      }).flat();
      const expected = await singleCodeInNode(codes[cell]!, 'small');
      expect(largestDifference(own, expected), `cell ${cell}`).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    }
    await context.close();
  });
});
