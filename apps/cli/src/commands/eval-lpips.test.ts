import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPicture } from '@restok/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileDigest } from '../file-digest';
import { lpipsByDefinition, readWeights } from '../../test/lpips-by-definition';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { writeStandInLpips } from '../../test/stand-in-lpips';
import { succeed } from '../../test/succeed';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel, TINY_SIZE } from '../../test/tiny-model';

/** What an evaluation prints with --json. */
interface Result {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly byLatents: Readonly<Record<string, { readonly lpips?: number }>>;
}

/** Single precision against double, of a distance near 0.1 to 1. */
const ROUNDING = 1e-5;

/** Two blocks of an evaluation. */
const NUM_PICTURES = 10;

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const [model, data] = [inFolder('model'), inFolder('pictures')];
const files = [inFolder('vgg16.safetensors'), inFolder('linear.safetensors')] as const;
const pictures = Array.from({ length: NUM_PICTURES }, (_, i) => String(100 + i));
const command = ['eval', 'reconstruction', '--data', data, '--model', model];

beforeAll(async () => {
  await saveTinyModel(model);
  await mkdir(data);
  await Promise.all(
    pictures.map((name, i) => writeNoise(join(data, `${name}.png`), i, TINY_SIZE, TINY_SIZE)),
  );
  await writeStandInLpips(...files);
});

describe('eval reconstruction --lpips', () => {
  it('gives the mean LPIPS of the pictures that restok reconstruct writes, by its definition', async () => {
    const { byLatents } = await succeed<Result>(...command, '--lpips', ...files);
    const out = inFolder('out');
    const originals = pictures.map((name) => join(data, `${name}.png`));
    await succeed<Result>('reconstruct', ...originals, '--model', model, '--out', out, '--keep', '1,2,4');
    const weights = await readWeights(...files);
    for (const [kept, { lpips }] of Object.entries(byLatents)) {
      let mean = 0;
      for (const name of pictures) {
        const { pixels } = await readPicture(join(data, `${name}.png`));
        const made = await readPicture(join(out, kept === '8' ? `${name}.png` : `${name}.keep-${kept}.png`));
        mean += lpipsByDefinition(weights, pixels, made.pixels) / pictures.length;
      }
      expect(mean, kept).toBeGreaterThan(100 * ROUNDING);
      expect(Math.abs(lpips! - mean), kept).toBeLessThan(ROUNDING);
    }
    expect(Object.keys(byLatents)).toEqual(['1', '2', '4', '8']);
  });

  it('says which weights it is of, and shows a column for people', async () => {
    const { settings } = await succeed<Result>(...command, '--lpips', ...files);
    expect(settings['lpips weights']).toBe(files.join(', '));
    const digests = await Promise.all(files.map(fileDigest));
    expect(settings['lpips sha256']).toBe(digests.join(', '));
    const { stdout } = await runCommand(...command, '--lpips', ...files);
    expect(stdout).toMatch(/^latents +bits +PSNR, dB +SSIM +MS-SSIM +LPIPS$/m);
    expect(stdout).toMatch(/^ +8 +48 .* 0\.\d{4}$/m);
  });

  it('leaves LPIPS out where no weights are given', async () => {
    const { settings, byLatents } = await succeed<Result>(...command);
    expect(Object.keys(settings).filter((name) => name.startsWith('lpips'))).toEqual([]);
    expect(Object.keys(byLatents['8']!)).toEqual(['bits', 'psnr', 'ssim']);
  });

  it('gives the digits of one process in shards', async () => {
    const whole = await succeed<Result>(...command, '--lpips', ...files);
    const out = inFolder('shards');
    for (const shard of ['2/2', '1/2']) {
      await succeed<Result>(...command, '--lpips', ...files, '--out', out, '--shard', shard);
    }
    const merged = await succeed<Result>('merge', out);
    expect(merged.byLatents).toEqual(whole.byLatents);
    expect(merged.settings).toMatchObject({
      'lpips weights': 'vgg16.safetensors, linear.safetensors',
      'lpips sha256': whole.settings['lpips sha256'],
    });
  });

  it('says in one line which tensor is missing, and needs a file', async () => {
    const missing = await runCommand(...command, '--lpips', files[0]);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toMatch(/^.*missing lin0\.model\.1\.weight.*\n$/);
    expect(await runCommand(...command, '--lpips')).toMatchObject({ code: 2, stdout: '' });
  });
});
