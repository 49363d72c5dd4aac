import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIFFERENCE_GAIN } from '../src/state/stage-mode';
import { canvasPixels, largestDifference } from './canvas-pixels';
import { openPage, startBrowser } from './open-page';
import { reconstructInNode } from './in-node';
import { settled, shownIndices, whenSample, whenShown } from './reconstruct-page';

/** Two backends sum in different orders; 8 bits hide all but a step or two of that. */
const PIXEL_TOLERANCE = 2;

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

function setKept(page: Page, key: string): Promise<void> {
  return page.getByRole('slider', { name: 'Kept latents' }).press(key);
}

describe('Reconstruct', () => {
  it('takes the sample apart as Node does and shows the same pictures', async () => {
    const { page, context, errors } = await openPage(browser);
    await whenShown(page);
    await whenSample(page, 'dog noto');
    const expected = await reconstructInNode('dog-noto.png', [64, 4]);
    expect(await shownIndices(page)).toEqual(expected.indices);
    expect(largestDifference(await settled(page), expected.decoded[0]!)).toBeLessThanOrEqual(PIXEL_TOLERANCE);

    await setKept(page, '3');
    expect(await page.getByTestId('kept').textContent()).toBe('4 of 64');
    expect(await page.getByTestId('bytes').textContent()).toBe('6 bytes');
    expect(largestDifference(await settled(page), expected.decoded[1]!)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('opens a link to the same picture, with as many latents and levels off', async () => {
    const { page, context } = await openPage(browser);
    await whenShown(page);
    await setKept(page, '6');
    await page.getByRole('button', { name: /^2 latents, level 3/ }).click();
    expect(await page.getByTestId('kept').textContent()).toBe('30 of 64');
    const pixels = await settled(page);
    expect(await page.evaluate(() => location.hash)).toMatch(/t=[\w-]{128}&keep=32&off=2&s=trophy\+fluent$/);

    const again = await openPage(browser, await page.evaluate(() => location.hash));
    await whenShown(again.page);
    expect(await again.page.getByTestId('kept').textContent()).toBe('30 of 64');
    expect(largestDifference(await settled(again.page), pixels)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    expect(await again.page.getByTestId('psnr').textContent()).toBe(
      await page.getByTestId('psnr').textContent(),
    );
    await again.context.close();
    await context.close();
  });

  it('shows how far the picture is from the original, and the link says so', async () => {
    const { page, context } = await openPage(browser);
    await whenShown(page);
    const [decoded, original] = [await settled(page), await canvasPixels(page, 'original')];
    await page.getByRole('radio', { name: 'difference' }).check({ force: true });
    const expected = decoded.map((_, i) => {
      const pixel = [0, 1, 2].map((channel) => i - (i % 3) + channel);
      const apart = pixel.reduce((sum, at) => sum + Math.abs(decoded[at]! - original[at]!), 0) / 3;
      return Math.min(255, apart * DIFFERENCE_GAIN);
    });
    expect(largestDifference(await settled(page), expected)).toBeLessThanOrEqual(1);
    expect(Math.max(...expected)).toBeGreaterThan(50);

    const again = await openPage(browser, await page.evaluate(() => location.hash));
    await whenShown(again.page);
    expect(await again.page.getByRole('radio', { name: 'difference' }).isChecked()).toBe(true);
    await again.page.getByRole('radio', { name: 'divider' }).check({ force: true });
    const divider = again.page.getByRole('slider', { name: /^Divider/ });
    await divider.fill('20');
    expect(await again.page.locator('.frame').first().getAttribute('style')).toContain('--divider: 20%');
    await again.context.close();
    await context.close();
  });

  it('opens a link to a picture whose original nobody has', async () => {
    const { page, context } = await openPage(browser);
    await whenShown(page);
    const pixels = await settled(page);
    const again = await openPage(browser, (await page.evaluate(() => location.hash)).replace(/&s=.*$/, ''));
    await again.page.waitForFunction(
      () =>
        document.querySelector('[data-testid=kept]')?.textContent === '64 of 64' &&
        location.hash.includes('t='),
    );
    expect(largestDifference(await settled(again.page), pixels)).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    expect(await again.page.getByTestId('psnr').textContent()).toContain('–');
    await again.context.close();
    await context.close();
  });

  it('moves the end of the strip with the pointer', async () => {
    const { page, context } = await openPage(browser);
    await whenShown(page);
    const handle = (await page.getByRole('slider', { name: 'Kept latents' }).boundingBox())!;
    const target = (await page.locator('[data-latent="15"]').boundingBox())!;
    await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
    await page.mouse.down();
    await page.mouse.move(target.x + target.width, target.y + target.height / 2, { steps: 5 });
    await page.mouse.up();
    expect(await page.getByTestId('kept').textContent()).toBe('16 of 64');
    await context.close();
  });

  it('says what to do with a file that is no picture, and goes on', async () => {
    const { page, context } = await openPage(browser);
    await whenShown(page);
    const input = page.locator('input[type=file]').first();
    await input.setInputFiles({
      name: 'broken.png',
      mimeType: 'image/png',
      buffer: Buffer.from('not a picture'),
    });
    await page
      .getByRole('alert')
      .getByText(/must be a picture that this browser can read.*Try another file/)
      .waitFor();
    await whenSample(page, 'pizza twemoji');
    expect(await page.getByRole('alert').textContent()).toBe('');
    await context.close();
  });

  it('takes a picture of 6000 x 4000, pasted twice', async () => {
    const { page, context, errors } = await openPage(browser);
    await whenShown(page);
    const large = await sharp({ create: { width: 6000, height: 4000, channels: 3, background: '#3366cc' } })
      .jpeg()
      .toBuffer();
    for (let i = 0; i < 2; i++) {
      const before = page.url();
      await page.evaluate((base64) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([bytes], 'large.jpg', { type: 'image/jpeg' }));
        dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
      }, large.toString('base64'));
      if (i === 0) {
        await page.waitForFunction((old) => location.href !== old, before);
      }
      await page.waitForFunction(() => document.querySelector('[data-testid=original]') !== null);
    }
    const [red, green, blue] = await canvasPixels(page, 'original');
    expect(largestDifference([red!, green!, blue!], [0x33, 0x66, 0xcc])).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('takes a picture that is dropped on the page', async () => {
    const { page, context, errors } = await openPage(browser);
    await whenShown(page);
    const before = page.url();
    const dropped = await sharp({ create: { width: 80, height: 60, channels: 3, background: '#cc6633' } })
      .png()
      .toBuffer();
    const wasAllowed = await page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'dropped.png', { type: 'image/png' }));
      const main = document.querySelector('main')!;
      const drag = (type: string): boolean =>
        main.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      // A page lets files be dropped by preventing what the browser does by itself.
      return !drag('dragover') && !drag('drop');
    }, dropped.toString('base64'));
    expect(wasAllowed).toBe(true);
    await page.waitForFunction((old) => location.href !== old, before);
    const [red, green, blue] = await canvasPixels(page, 'original');
    expect(largestDifference([red!, green!, blue!], [0xcc, 0x66, 0x33])).toBeLessThanOrEqual(PIXEL_TOLERANCE);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('builds the first picture up by itself', async () => {
    const { page, context } = await openPage(browser, '', { motion: true });
    const seen = new Set<string>();
    await page.exposeFunction('seeKept', (text: string) => seen.add(text));
    await page.evaluate(() => {
      const element = document.querySelector('[data-testid=kept]')!;
      new MutationObserver(() => {
        void (globalThis as { seeKept?: (text: string) => void }).seeKept?.(element.textContent);
      }).observe(element, { childList: true, characterData: true, subtree: true });
    });
    await page.waitForFunction(() => location.hash.includes('t='));
    expect(await page.getByTestId('kept').textContent()).toBe('64 of 64');
    expect(seen.size).toBeGreaterThan(8);
    await context.close();
  });
});
