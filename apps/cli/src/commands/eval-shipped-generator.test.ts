import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runsEverything } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { temporaryFolder } from '../../test/temporary-folder';
import type { EvaluationReport } from '../evaluation/report';
import type { PredictionReport } from './eval-prediction';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const model = join(root, 'models/emoji-64/generator');
const emoji = join(root, 'data/emoji');
const hasEmoji = existsSync(join(emoji, 'manifest.json'));
const folder = temporaryFolder();
const MINUTES = 1_800_000;

/** Losses of the card are rounded to three digits. */
const ROUNDED = 0.0006;
/** Machines round products otherwise: of thousands of drawn indices a few are others then. */
const MACHINE_DISTANCE = 1;
/** Distances of the card are rounded to two digits, and nothing is drawn for these. */
const ROUNDED_DISTANCE = 0.02;

/** What models/emoji-64/generator/figures.json holds of this. */
interface Figures {
  readonly test: {
    readonly count: number;
    readonly loss: number;
    readonly accuracy: number;
    readonly levelLosses: readonly number[];
    readonly levelAccuracies: readonly number[];
  };
  readonly frechet: {
    readonly seed: number;
    readonly guidanceSchedule: { readonly name: string; readonly start: number };
    readonly topP: number;
    readonly byGuidance: Readonly<Record<string, number>>;
    readonly reconstructions: number;
    readonly halvesOfTestSet: number;
  };
}

const figures = async (): Promise<Figures> =>
  JSON.parse(await readFile(join(model, 'figures.json'), 'utf8')) as Figures;

async function run<Result>(...argv: string[]): Promise<Result> {
  const { code, stdout, stderr } = await runCommand(...argv, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Result;
}

// Minutes, and only where restok data emoji has fetched the set.
describe.runIf(runsEverything && hasEmoji)(
  'the shipped generator (in npm run test:slow, with the set of restok data emoji)',
  () => {
    it('predicts the codes of the test pictures as well as its card says', { timeout: MINUTES }, async () => {
      const { test } = await figures();
      const codes = join(folder, 'codes');
      await run('extract', '--data', emoji, '--out', codes);
      const { settings, metrics, levels } = await run<PredictionReport>(
        'eval',
        'prediction',
        '--codes',
        codes,
      );
      expect(settings['codes count']).toBe(test.count);
      expect(Math.abs(metrics['loss']! - test.loss)).toBeLessThan(ROUNDED);
      expect(Math.abs(metrics['accuracy']! - test.accuracy)).toBeLessThan(ROUNDED);
      levels.forEach(({ loss, accuracy }, level) => {
        expect(Math.abs(loss - test.levelLosses[level]!)).toBeLessThan(ROUNDED);
        expect(Math.abs(accuracy - test.levelAccuracies[level]!)).toBeLessThan(ROUNDED);
      });
    });

    it(
      'makes pictures that are as near to the test pictures as its card says',
      { timeout: MINUTES },
      async () => {
        const { seed, guidanceSchedule, topP, byGuidance } = (await figures()).frechet;
        const samples = join(folder, 'samples.npz');
        const [guidance, distance] = Object.entries(byGuidance).reduce((a, b) => (b[1] < a[1] ? b : a));
        await run(
          ...['generate', '--like', emoji, '--out', samples, '--seed', String(seed), '--guidance', guidance],
          ...['--schedule', guidanceSchedule.name, '--start', String(guidanceSchedule.start)],
          ...['--top-p', String(topP)],
        );
        const { metrics } = await run<EvaluationReport>(
          ...['eval', 'generation', '--samples', samples, '--reference', emoji],
        );
        expect(Math.abs(metrics['frechetPixelComponents']! - distance)).toBeLessThan(MACHINE_DISTANCE);
      },
    );

    it(
      'is compared with the distances of the tokenizer alone and between halves of the test pictures',
      { timeout: MINUTES },
      async () => {
        const { reconstructions, halvesOfTestSet } = (await figures()).frechet;
        const codes = join(folder, 'codes-to-decode');
        const samples = join(folder, 'decoded.npz');
        await run('extract', '--data', emoji, '--out', codes);
        await run('decode', join(codes, 'test'), '--out', samples);
        const { metrics } = await run<EvaluationReport>(
          ...['eval', 'generation', '--samples', samples, '--reference', emoji],
        );
        expect(Math.abs(metrics['frechetPixelComponents']! - reconstructions)).toBeLessThan(ROUNDED_DISTANCE);
        expect(Math.abs(metrics['frechetBetweenHalves']! - halvesOfTestSet)).toBeLessThan(ROUNDED_DISTANCE);
      },
    );
  },
);
