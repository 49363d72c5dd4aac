import type { Page } from 'playwright-core';
import type { View } from '../src/state/route';
import { whenShown } from './reconstruct-page';

/** What is done first in a view, and how it is known that it is done. */
export interface ViewUse {
  /** Waits until the view can be used. */
  ready(page: Page): Promise<unknown>;
  /** Begins what the view is for. */
  start(page: Page): Promise<unknown>;
  /** Waits for its result. */
  done(page: Page): Promise<unknown>;
}

const press = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).click();

/** Waits for the last pass of a generation; that it is announced to screen readers, too, is not looked at. */
export const lastPass = (page: Page, numSteps: number): Promise<void> =>
  page
    .getByTestId('passes')
    .filter({ hasText: `Pass ${numSteps} of ${numSteps},` })
    .waitFor();

/** The address of a model that the site holds. */
export const SITE_TOKENIZER = './models/emoji-64/tokenizer';

/** Each view as a visitor uses it. */
export const viewUses: Readonly<Record<View, ViewUse>> = {
  reconstruct: {
    ready: whenShown,
    start: press('Sample: house'),
    done: (page) => page.waitForFunction(() => location.hash.includes('s=house')),
  },
  generate: {
    ready: (page) => page.locator('.class-choice').first().waitFor(),
    start: press('Generate'),
    done: (page) => page.getByText(/times as long when it predicts one latent a pass/).waitFor(),
  },
  mix: {
    ready: (page) => page.locator('[data-testid=between]:not(.picture-empty)').waitFor(),
    start: press('Draw them anew'),
    done: (page) => page.waitForFunction(() => location.hash.includes('nnn')),
  },
  inside: {
    ready: (page) => page.getByTestId('level-map-6').waitFor(),
    start: (page) => page.getByTestId('codebook').scrollIntoViewIfNeeded(),
    done: async (page) => {
      await page
        .getByTestId('effects-text')
        .getByText(/matters most/)
        .waitFor();
      await page.getByText(/^\d*[1-9]\d* of 256 codes decoded/).waitFor();
    },
  },
  train: {
    ready: (page) => page.getByRole('radio', { name: /^The emoji set: 1,024 pictures/ }).waitFor(),
    start: press('Start'),
    done: async (page) => {
      await page.getByText(/^Step 1\d of/).waitFor();
      await press('Pause')(page);
      await page
        .getByTestId('train-status')
        .getByText(/^Paused/)
        .waitFor();
    },
  },
  models: {
    ready: (page) => page.getByText(/^With the site comes/).waitFor(),
    start: async (page) => {
      await page.getByLabel('Address of its folder').fill(SITE_TOKENIZER);
      await press('Look')(page);
      await page.getByTestId('found').waitFor();
      await press('Download and use')(page);
    },
    done: (page) =>
      page
        .getByTestId('tokenizer-in-use')
        .getByText(/weights, /)
        .waitFor(),
  },
};
