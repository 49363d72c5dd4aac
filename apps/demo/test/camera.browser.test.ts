import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { canvasPixels, largestDifference } from './canvas-pixels';
import { openPage, startBrowser } from './open-page';
import { whenShown } from './reconstruct-page';

/** Two builds of a picture's decoder may round otherwise. */
const PIXEL_TOLERANCE = 2;
/** A camera that shows a moving test picture, and may be used by every page. */
const FAKE_CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

describe('Reconstruct with a camera', () => {
  it('takes a picture that is chosen, and one of the camera', async () => {
    const camera = await startBrowser('none', FAKE_CAMERA);
    const { page, context, errors } = await openPage(camera);
    await whenShown(page);
    let before = page.url();
    const buffer = await sharp({ create: { width: 70, height: 90, channels: 3, background: '#33cc66' } })
      .webp({ lossless: true })
      .toBuffer();
    const input = page.locator('input[type=file]').first();
    await input.setInputFiles({ name: 'green.webp', mimeType: 'image/webp', buffer });
    await page.waitForFunction((old) => location.href !== old, before);
    const [red, green, blue] = await canvasPixels(page, 'original');
    expect(largestDifference([red!, green!, blue!], [0x33, 0xcc, 0x66])).toBeLessThanOrEqual(PIXEL_TOLERANCE);

    before = page.url();
    await page.getByRole('button', { name: 'Take one' }).click();
    await page.getByRole('button', { name: 'Take the picture' }).click();
    await page.waitForFunction((old) => location.href !== old, before);
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(new Set(await canvasPixels(page, 'original')).size).toBeGreaterThan(2);
    expect(errors).toEqual([]);
    await context.close();
    await camera.close();
  });

  it('says what to do without the camera, and without the site of the samples', async () => {
    const camera = await startBrowser('none', [
      '--use-fake-device-for-media-stream',
      '--deny-permission-prompts',
    ]);
    const { page, context } = await openPage(camera);
    await whenShown(page);
    await page.getByRole('button', { name: 'Take one' }).click();
    await page
      .getByRole('alert')
      .getByText(/^The camera (may not be used|does not answer)\. .*or open a file/)
      .waitFor();
    await page.route('**/samples/house.png', (route) => route.abort());
    await page.route('**/samples/dog-noto.png', (route) => route.fulfill({ status: 404 }));
    for (const [title, text] of [
      ['dog noto', /^The sample is missing from this site \(404\)\. Choose another/],
      ['house', /^The sample could not be fetched\. Check the connection/],
    ] as const) {
      await page.getByRole('button', { name: `Sample: ${title}` }).click();
      await page.getByRole('alert').getByText(text).waitFor();
    }
    await context.close();
    await camera.close();
  });
});
