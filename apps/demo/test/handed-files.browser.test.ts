import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { canvasPixels } from './canvas-pixels';
import { dropFromDisk, pastePicture, plainPicture } from './handed-files';
import { openPage, startBrowser } from './open-page';
import { viewUses } from './page-use';

let browser: Browser;
/** Holds `small`, the folder of a tokenizer, its zip, and pictures. */
let folder: string;
beforeAll(async () => {
  browser = await startBrowser();
  folder = await mkdtemp(join(tmpdir(), 'handed-'));
  await cp(`${inject('modelsFolder')}/small/tokenizer`, join(folder, 'small'), { recursive: true });
  const inside = async (name: string) => new Uint8Array(await readFile(join(folder, 'small', name)));
  const files = {
    'config.json': await inside('config.json'),
    'model.safetensors': await inside('model.safetensors'),
  };
  await writeFile(join(folder, 'packed.zip'), zipSync(files, { level: 0 }));
  await writeFile(join(folder, 'red.png'), await plainPicture('#cc3333'));
  await writeFile(join(folder, 'blue.png'), await plainPicture('#3333cc'));
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

const at = (...names: string[]): string[] => names.map((name) => join(folder, name));

/** Colour of the first pixel of a picture. */
async function colourOf(page: Page, testId: string): Promise<string> {
  const [red, green, blue] = await canvasPixels(page, testId);
  return `${red} ${green} ${blue}`;
}

/** A picture is taken apart before it is shown. */
const READ = { timeout: 60_000 };
const RED = '204 51 51';
const BLUE = '51 51 204';

describe('Files that are dropped or pasted', () => {
  it.each([
    ['a folder', 'small', 'small'],
    ['a zip', 'packed.zip', 'packed'],
  ])('are a model in Models: %s', async (_what, file, name) => {
    const { page, context, errors } = await openPage(browser, '#/models');
    await viewUses.models.ready(page);
    await dropFromDisk(page, at(file));
    await page.getByTestId('found').getByText('Tokenizer: pictures of 32 x 32 to 16 latents').waitFor();
    await page.getByRole('button', { name: 'Use it' }).click();
    await page
      .getByTestId('tokenizer-in-use')
      .getByText(new RegExp(`^${name}: .*16 latents`))
      .waitFor();
    expect(errors).toEqual([]);
    await context.close();
  });

  it('are the first picture and the second in Mix', async () => {
    const { page, context } = await openPage(browser, '#/mix');
    await viewUses.mix.ready(page);
    await dropFromDisk(page, at('red.png', 'blue.png'));
    await page.getByText('First red.png').waitFor();
    await page.getByText('Second blue.png').waitFor();
    await expect.poll(() => colourOf(page, 'source-a'), READ).toBe(RED);
    await expect.poll(() => colourOf(page, 'source-b'), READ).toBe(BLUE);
    await pastePicture(page, await plainPicture('#3333cc'));
    await expect.poll(() => colourOf(page, 'source-a'), READ).toBe(BLUE);
    await context.close();
  });

  it('are the picture of Look inside', async () => {
    const { page, context } = await openPage(browser, '#/inside');
    await viewUses.inside.ready(page);
    await dropFromDisk(page, at('red.png'));
    await expect.poll(() => colourOf(page, 'inside-picture'), READ).toBe(RED);
    await pastePicture(page, await plainPicture('#3333cc'));
    await expect.poll(() => colourOf(page, 'inside-picture'), READ).toBe(BLUE);
    await context.close();
  });

  it('are taken apart by Reconstruct when they come to Generate', async () => {
    const { page, context } = await openPage(browser, '#/generate');
    await viewUses.generate.ready(page);
    await dropFromDisk(page, at('red.png'));
    await page.getByRole('heading', { name: /^A picture in 64 tokens/ }).waitFor();
    await viewUses.reconstruct.ready(page);
    expect(await colourOf(page, 'original')).toBe(RED);
    await context.close();
  });

  it('are what Train trains on, unless a training is under way', async () => {
    const { page, context } = await openPage(browser, '#/train');
    await viewUses.train.ready(page);
    await dropFromDisk(page, at('red.png', 'blue.png'));
    await page.getByRole('radio', { name: 'A folder of yours: 2 files' }).waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    await page
      .getByTestId('train-status')
      .getByText(/ 2 pictures; /)
      .waitFor();
    await dropFromDisk(page, at('red.png'));
    await page
      .getByRole('alert')
      .getByText(/^A training is under way\. Reset it/)
      .waitFor();
    await page.getByRole('radio', { name: 'A folder of yours: 2 files' }).waitFor();
    await context.close();
  });
});
