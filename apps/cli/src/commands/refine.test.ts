import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCodes, readPicture } from '@restok/data';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { succeed } from '../../test/succeed';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyModel } from '../../test/tiny-model';

interface Reconstructed {
  readonly pictures: readonly { readonly psnr: number }[];
}

interface Evaluated {
  readonly settings: Readonly<Record<string, string>>;
  readonly byLatents: Readonly<Record<string, { readonly psnr: number }>>;
}

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const tiny = inFolder('model');
const pictures = ['a.png', 'b.png', 'c.png'].map((name) => inFolder(`pictures/${name}`));
const STEPS = '4';
const shipped = fileURLToPath(new URL('../../../../models/emoji-64', import.meta.url));

const withTiny = <Result>(...argv: string[]): Promise<Result> => succeed<Result>(...argv, '--model', tiny);

beforeAll(async () => {
  await saveTinyModel(tiny);
  await Promise.all(pictures.map((picture, i) => writeNoise(picture, i)));
});

describe('--refine', () => {
  it('gives pictures that are no further away, and codes that decode to them', async () => {
    const [plain, refined] = [inFolder('plain'), inFolder('refined')];
    const before = await withTiny<Reconstructed>('reconstruct', ...pictures, '--out', plain);
    const after = await withTiny<Reconstructed>(
      ...['reconstruct', ...pictures, '--out', refined, '--refine', STEPS],
    );
    const gains = after.pictures.map(({ psnr }, i) => psnr - before.pictures[i]!.psnr);
    gains.forEach((gain) => expect(gain).toBeGreaterThan(-0.01));
    expect(Math.max(...gains)).toBeGreaterThan(0.01);

    const codes = inFolder('codes.npz');
    await withTiny('encode', ...pictures, '--out', codes, '--refine', STEPS);
    await withTiny('encode', ...pictures, '--out', inFolder('plain.npz'));
    const indices = [codes, inFolder('plain.npz')].map(async (file) => [...(await readCodes(file)).indices]);
    expect(await indices[0]).not.toEqual(await indices[1]);
    await withTiny('decode', codes, '--out', inFolder('decoded'));
    for (const name of ['a.png', 'b.png', 'c.png']) {
      expect(await readPicture(inFolder(`decoded/${name}`))).toEqual(await readPicture(join(refined, name)));
    }
  });

  it('is told by evaluations, and shards of one are what it is', async () => {
    const argv = ['eval', 'reconstruction', '--data', inFolder('pictures'), '--refine', STEPS];
    const whole = await withTiny<Evaluated>(...argv);
    expect(whole.settings['codes']).toBe('refined by 4 steps');
    const plain = await withTiny<Evaluated>('eval', 'reconstruction', '--data', inFolder('pictures'));
    expect(plain.settings).not.toHaveProperty('codes');
    const all = Object.keys(whole.byLatents).at(-1)!;
    expect(whole.byLatents[all]!.psnr).toBeGreaterThan(plain.byLatents[all]!.psnr);

    const out = inFolder('shards');
    for (const shard of ['1/2', '2/2']) {
      await withTiny(...argv, '--out', out, '--shard', shard);
    }
    const merged = await succeed<Evaluated>('merge', out);
    expect(merged.byLatents).toEqual(whole.byLatents);
    expect(merged.settings['codes']).toBe(whole.settings['codes']);
  });

  it(
    'gains more than a decibel on the pictures beside the shipped tokenizer',
    { timeout: 120_000 },
    async () => {
      const argv = ['eval', 'reconstruction', '--data', join(shipped, 'samples')];
      argv.push('--model', join(shipped, 'tokenizer'));
      const { byLatents: plain } = await succeed<Evaluated>(...argv);
      const { byLatents: refined } = await succeed<Evaluated>(...argv, '--refine', '10');
      expect(refined['64']!.psnr - plain['64']!.psnr).toBeGreaterThan(1);
    },
  );

  it.each([
    [['--refine', '0'], 'restok encode: option', 2],
    [['--refine', STEPS, '--engine', 'onnx'], '--refine needs gradients, which --engine onnx has not', 2],
  ])('refuses %j', async (more, problem, code) => {
    const out = inFolder('none.npz');
    const result = await runCommand('encode', pictures[0]!, '--model', tiny, '--out', out, ...more);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(problem);
  });
});
