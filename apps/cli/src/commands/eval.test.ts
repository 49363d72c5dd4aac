import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NpyArray } from '@restok/data';
import { readNpz, writeNpz } from '@restok/data';
import { runsEverything } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRandomInception } from '../../test/random-inception';
import { runCommand } from '../../test/run-command';
import { noise, writeNoise } from '../../test/sample-pictures';
import { eigenSolver } from '../evaluation/eigen-solver';
import { succeed } from '../../test/succeed';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel, TINY_SIZE } from '../../test/tiny-model';

/** What an evaluation prints with --json. */
interface Result {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly byLatents: Readonly<Record<string, { bits: number; psnr: number; ssim: number }>>;
  readonly levels: readonly { levelSize: number; usage: number; entropy: number }[];
}

/** Eigenvalues in double precision of features in single. */
const ROUNDING = 1e-6;

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const model = inFolder('model');
const data = inFolder('pictures');
const inception = inFolder('inception.safetensors');

async function expectFailure(argv: readonly string[], code: number, text: RegExp): Promise<void> {
  const result = await runCommand('eval', ...argv);
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr).toMatch(text);
}

/** What computed is in the settings. */
function expectComputation(settings: Result['settings']): void {
  expect(settings['restok']).toMatch(/^\d+\.\d+\.\d+/);
  expect(settings['backend']).toBe('restok-node');
  expect(settings['matrix products']).toMatch(/^(blas|ort|wasm) \(.+\)$/);
  expect(Number(settings['threads'])).toBeGreaterThanOrEqual(1);
}

/** A .npz of pictures of noise. */
async function writeSamples(name: string, seeds: readonly number[], size = TINY_SIZE): Promise<string> {
  const values = Uint8Array.from(seeds.flatMap((seed) => [...noise(seed, size, size).pixels]));
  await writeNpz(inFolder(name), { arr_0: { shape: [seeds.length, size, size, 3], values } });
  return inFolder(name);
}

beforeAll(async () => {
  await saveTinyModel(model);
  await mkdir(data);
  await Promise.all([1, 2, 3].map((seed) => writeNoise(join(data, `${seed}.png`), seed)));
  await writeRandomInception(inception);
}, 300_000);

describe('eval reconstruction', () => {
  const evaluate = (...more: string[]): Promise<Result> =>
    succeed<Result>('eval', 'reconstruction', '--data', data, '--model', model, ...more);

  it('scores every count of latents and every level, and says what the numbers depend on', async () => {
    const { settings, metrics, byLatents, levels } = await evaluate();
    expect(settings).toMatchObject({ model, data, 'data count': 3, 'data size': '16 x 16' });
    expect(settings['model sha256']).toMatch(/^[0-9a-f]{64}$/);
    expect(settings['data sha256']).toMatch(/^[0-9a-f]{64}$/);
    expectComputation(settings);
    expect(Object.entries(byLatents).map(([kept, { bits }]) => [kept, bits])).toEqual([
      ['1', 6],
      ['2', 12],
      ['4', 24],
      ['8', 48],
    ]);
    Object.values(byLatents).forEach(({ psnr, ssim }) => {
      expect(psnr).toBeGreaterThan(0);
      expect(Math.abs(ssim)).toBeLessThan(1);
    });
    expect(levels.map(({ levelSize }) => levelSize)).toEqual([1, 1, 2, 4]);
    // 3 pictures of 8 latents in a codebook of 64.
    expect(metrics['codebookUsage']).toBeGreaterThan(0);
    expect(metrics['codebookUsage']).toBeLessThanOrEqual(24 / 64);
    expect(metrics['codebookEntropyBits']).toBeLessThanOrEqual(Math.log2(24));
  });

  it('gives the PSNR of restok reconstruct', async () => {
    const { stdout } = await runCommand(
      ...['reconstruct', ...[1, 2, 3].map((seed) => join(data, `${seed}.png`))],
      ...['--model', model, '--out', inFolder('out'), '--json'],
    );
    const { pictures } = JSON.parse(stdout) as { pictures: { psnr: number }[] };
    const mean = pictures.reduce((sum, { psnr }) => sum + psnr / 3, 0);
    // What reconstruct prints has four digits.
    expect((await evaluate()).byLatents['8']!.psnr).toBeCloseTo(mean, 3);
  });

  it('prints a table for people', async () => {
    const { stdout } = await runCommand('eval', 'reconstruction', '--data', data, '--model', model);
    expect(stdout).toMatch(/^data count +3$/m);
    expect(stdout).toMatch(/^latents +bits +PSNR, dB +SSIM +MS-SSIM +LPIPS$/m);
  });

  it('adds rFID and the inception score with the weights of Inception', async () => {
    const { settings, metrics } = await evaluate('--inception', inception);
    expect(settings['resize']).toMatch(/^bilinear as PyTorch/);
    expect(settings['inception sha256']).toMatch(/^[0-9a-f]{64}$/);
    expect(settings).toMatchObject({ 'inception score part': 5000, 'eigenvalues by': eigenSolver().name });
    expect(metrics['rFid']).toBeGreaterThan(0);
    expect(metrics['inceptionScore']).toBeGreaterThanOrEqual(1);
  }, 300_000);
});

describe('eval generation', () => {
  const evaluate = (samples: string, reference: string, ...more: string[]): Promise<Result> =>
    succeed<Result>('eval', 'generation', '--samples', samples, '--reference', reference, ...more);

  it('compares pixels where no weights are given, and says that this is not FID', async () => {
    const samples = await writeSamples('samples.npz', [1, 2, 3, 4, 5]);
    const reference = await writeSamples('reference.npz', [6, 7, 8, 9]);
    const { settings, metrics } = await evaluate(samples, reference);
    expect(settings).toMatchObject({ samples, reference, 'samples count': 5, 'reference count': 4 });
    expect(settings['features']).toMatch(/^the first 4 principal components of pixels/);
    expect(settings).toMatchObject({
      ...{ 'component passes': 6, 'component seed': 1, 'eigenvalues by': eigenSolver().name },
    });
    expectComputation(settings);
    expect(Object.keys(metrics)).toEqual(['frechetPixelComponents', 'frechetBetweenHalves']);
    expect(metrics['frechetPixelComponents']).toBeGreaterThan(ROUNDING);
    expect(metrics['frechetBetweenHalves']).toBeGreaterThan(ROUNDING);
    const { stdout } = await runCommand(
      ...['eval', 'generation', '--samples', samples, '--reference', reference],
    );
    expect(stdout).toContain('(not FID)');
  });

  it('finds no distance between a set and itself', async () => {
    const samples = await writeSamples('same.npz', [1, 2, 3, 4, 5]);
    const { settings, metrics } = await evaluate(samples, samples);
    expect(settings['samples sha256']).toBe(settings['reference sha256']);
    expect(metrics['frechetPixelComponents']).toBeLessThan(ROUNDING);
  });

  it('finds no distance between the halves of a reference that holds every picture twice, and none of three', async () => {
    const samples = await writeSamples('other.npz', [5, 6, 7]);
    const twice = await writeSamples('twice.npz', [1, 1, 2, 2, 3, 3]);
    expect((await evaluate(samples, twice)).metrics['frechetBetweenHalves']).toBeLessThan(ROUNDING);
    const three = await writeSamples('three.npz', [1, 2, 3]);
    expect((await evaluate(samples, three)).metrics).not.toHaveProperty('frechetBetweenHalves');
  });

  it('takes a folder of pictures as the reference', async () => {
    const samples = await writeSamples('few.npz', [1, 2, 3]);
    const { settings } = await evaluate(samples, data);
    expect(settings).toMatchObject({ reference: data, 'reference count': 3, 'reference size': '16 x 16' });
  });

  it('gives the numbers of the ADM evaluation suite with the weights of Inception', async () => {
    const samples = await writeSamples('four.npz', [1, 2, 3, 4]);
    const reference = await writeSamples('five.npz', [5, 6, 7, 8, 9], 20);
    const { settings, metrics } = await evaluate(
      ...([samples, reference, '--inception', inception, '--resize', 'tensorflow'] as const),
    );
    expect(settings['resize']).toMatch(/^bilinear as TensorFlow 1/);
    expect(Object.keys(metrics)).toEqual([
      ...['fid', 'sFid', 'inceptionScore', 'inceptionScoreOfParts', 'precision', 'recall'],
    ]);
    expect(metrics['fid']).toBeGreaterThan(0);
    expect(metrics['sFid']).toBeGreaterThan(0);
    // Fewer than 5000 pictures are one part.
    expect(metrics['inceptionScoreOfParts']).toBe(metrics['inceptionScore']);
    expect(settings).toMatchObject({
      'reference statistics': 'of its pictures',
      'precision and recall k': 3,
      'inception score part': 5000,
      'eigenvalues by': eigenSolver().name,
    });
    expectComputation(settings);
  }, 300_000);

  // Inception takes half a minute for both.
  it.runIf(runsEverything)(
    'takes the statistics that a reference brings, as that suite does (in npm run test:slow)',
    { timeout: 300_000 },
    async () => {
      const samples = await writeSamples('four.npz', [1, 2, 3, 4]);
      const reference = await writeSamples('five.npz', [5, 6, 7, 8, 9], 20);
      const resized = ['--inception', inception, '--resize', 'tensorflow'] as const;
      const { metrics } = await evaluate(samples, reference, ...resized);
      // Everything at one point: the distance is the sum of the squares of the samples' mean and of their variances.
      const stored = inFolder('stored.npz');
      const { arr_0 } = await readNpz(reference, ['arr_0']);
      const zeros = (...shape: number[]): NpyArray => ({
        shape,
        values: new Float64Array(shape.reduce((product, side) => product * side, 1)),
      });
      const statistics = {
        mu: zeros(2048),
        sigma: zeros(2048, 2048),
        mu_s: zeros(2023),
        sigma_s: zeros(2023, 2023),
      };
      await writeNpz(stored, { arr_0, ...statistics });
      const other = await evaluate(samples, stored, ...resized);
      expect(other.settings['reference statistics']).toBe('mu, sigma, mu_s and sigma_s of its file');
      expect(other.metrics['fid']).toBeGreaterThan(0);
      expect(other.metrics['fid']).not.toBe(metrics['fid']);
      // What needs pictures is as before.
      expect(other.metrics['precision']).toBe(metrics['precision']);
    },
  );

  it('says what is wrong with pictures and options', async () => {
    const samples = await writeSamples('small.npz', [1, 2]);
    const larger = await writeSamples('larger.npz', [1, 2], 20);
    const single = await writeSamples('single.npz', [1]);
    const other = inFolder('other.npz');
    await writeNpz(other, { arr_0: { shape: [1, 2, 2, 3], values: new Float32Array(12) } });
    const against = (sample: string, reference: string, ...more: string[]): string[] => [
      ...['generation', '--samples', sample, '--reference', reference, ...more],
    ];
    await expectFailure(against(samples, larger), 1, /must be of one size without --inception/);
    await expectFailure(against(samples, single), 1, /must each hold at least 2 pictures, got 1/);
    await expectFailure(against(other, samples), 1, /must hold arr_0 as uint8 \[N, H, W, 3\]/);
    await expectFailure(against(samples, samples, '--resize', 'pytorch'), 2, /--resize needs --inception/);
    await expectFailure(['generation', '--samples', samples], 2, /--reference/);
  });
});
