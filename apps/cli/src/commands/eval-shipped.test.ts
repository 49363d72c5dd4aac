import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runsEverything } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';

/** Means over pictures, by the number of leading latents. */
type ByLatents = Readonly<Record<string, { readonly psnr: number; readonly ssim: number }>>;

/** What an evaluation prints with --json. */
interface Result {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly byLatents: ByLatents;
}

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const model = join(root, 'models/emoji-64/tokenizer');
const samples = join(root, 'models/emoji-64/samples');
const emoji = join(root, 'data/emoji');

/**
 * What other processors and libraries may change: products round otherwise, and at most an index or two of the 512 with
 * them. A wrong level, block or sign costs whole decibels.
 */
const MACHINE_DECIBELS = 0.05;
const MACHINE_SSIM = 0.002;

/** Figures of the card are rounded to two digits, SSIM to four; machines move means of so many pictures by less than that. */
const ROUNDED_DECIBELS = 0.0075;
const ROUNDED_SSIM = 0.000075;
const ROUNDED_BITS = 0.0075;

/** `restok eval reconstruction` of the shipped tokenizer on the eight pictures beside it, when its decoder was trained. */
const SAMPLE_FIGURES: ByLatents = {
  1: { psnr: 12.5279, ssim: 0.2882 },
  2: { psnr: 12.9733, ssim: 0.2991 },
  4: { psnr: 13.2428, ssim: 0.3212 },
  8: { psnr: 14.3161, ssim: 0.3601 },
  16: { psnr: 14.9771, ssim: 0.401 },
  32: { psnr: 16.3676, ssim: 0.4736 },
  64: { psnr: 17.6286, ssim: 0.5635 },
};
/** Rows of the codebook in use there, of 4096. */
const SAMPLE_USAGE = 0.116;
const MACHINE_USAGE = 0.001;

/** What of figures.json is compared. */
interface Card {
  readonly testPictures: number;
  readonly byLatents: ByLatents;
  readonly codebookUsage: number;
  readonly codebookEntropyBits: number;
}

async function evaluate(data: string, ...more: string[]): Promise<Result> {
  const command = ['eval', 'reconstruction', '--data', data, '--model', model, '--json', ...more];
  const { code, stdout, stderr } = await runCommand(...command);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Result;
}

function expectFigures(found: ByLatents, wanted: ByLatents, tolerance: ByLatents[string]): void {
  expect(Object.keys(found)).toEqual(Object.keys(wanted));
  for (const [kept, { psnr, ssim }] of Object.entries(wanted)) {
    expect(Math.abs(found[kept]!.psnr - psnr), `PSNR of ${kept}`).toBeLessThan(tolerance.psnr);
    expect(Math.abs(found[kept]!.ssim - ssim), `SSIM of ${kept}`).toBeLessThan(tolerance.ssim);
  }
}

function expectCard({ settings, metrics, byLatents }: Result, card: Card): void {
  expect(settings['data count']).toBe(card.testPictures);
  expectFigures(byLatents, card.byLatents, { psnr: ROUNDED_DECIBELS, ssim: ROUNDED_SSIM });
  expect(metrics['codebookUsage']).toBe(card.codebookUsage);
  expect(Math.abs(metrics['codebookEntropyBits']! - card.codebookEntropyBits)).toBeLessThan(ROUNDED_BITS);
}

describe('the shipped tokenizer', () => {
  it('gives back the pictures beside it as well as it did', { timeout: 120_000 }, async () => {
    const { settings, metrics, byLatents } = await evaluate(samples);
    expect(settings['data count']).toBe(8);
    expectFigures(byLatents, SAMPLE_FIGURES, { psnr: MACHINE_DECIBELS, ssim: MACHINE_SSIM });
    expect(Math.abs(metrics['codebookUsage']! - SAMPLE_USAGE)).toBeLessThan(MACHINE_USAGE);
  });

  // Minutes, and only where restok data emoji has fetched the set.
  it.runIf(runsEverything && existsSync(join(emoji, 'manifest.json')))(
    'has the figures of its card on all test pictures (in npm run test:slow, with the set of restok data emoji)',
    { timeout: 1_800_000 },
    async () => {
      const card = JSON.parse(await readFile(join(model, 'figures.json'), 'utf8')) as Card & {
        readonly refined: Card & { readonly steps: number };
      };
      expectCard(await evaluate(emoji), card);
      // A search goes other ways where products round otherwise.
      const refined = await evaluate(emoji, '--refine', String(card.refined.steps));
      const all = Math.max(...Object.keys(card.byLatents).map(Number));
      expect(Math.abs(refined.byLatents[all]!.psnr - card.refined.byLatents[all]!.psnr)).toBeLessThan(
        MACHINE_DECIBELS,
      );
    },
  );
});
