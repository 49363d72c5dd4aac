import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tensor4d, tidy } from '@tensorflow/tfjs-core';
import { openImageFolder } from '@restok/data';
import { ResTok } from '@restok/tokenizer';
import { useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../../test/run-command';
import { runCommand } from '../../test/run-command';
import { writeNoise } from '../../test/sample-pictures';
import { temporaryFolder } from '../../test/temporary-folder';
import { saveTinyGenerator } from '../../test/tiny-generator';
import { saveTinyModel, TINY_SIZE } from '../../test/tiny-model';

/** A few steps of a tiny model, on a machine that may be busy with other work. */
const MINUTES = 240_000;
const NUM_PICTURES = 5;

const folder = temporaryFolder();
const model = join(folder, 'model');
const pictures = join(folder, 'pictures');

/** One process, which decodes its pictures itself, and whose products give the same bits every time. */
const small = [
  'dataset.params.num_workers_per_gpu=0',
  'training.workers=1',
  'training.gemm=wasm',
  'training.per_gpu_batch_size=2',
];

beforeAll(async () => {
  await saveTinyModel(model);
  await mkdir(pictures);
  for (let i = 0; i < NUM_PICTURES; i++) {
    await writeNoise(join(pictures, `${i}.png`), i);
  }
});

const fineTune = (out: string, ...more: string[]): Promise<CommandResult> =>
  runCommand(
    ...['train', 'tokenizer', '--init', model, '--data', pictures, '--out', join(folder, out), '--json'],
    ...small,
    ...more,
  );

/** Values of every parameter, and the indices of the pictures. */
async function lookAt(path: string): Promise<{ values: Map<string, Float32Array>; indices: number[] }> {
  await useTestBackend('restok-node');
  const tokenizer = await ResTok.fromPretrained(path);
  const data = await openImageFolder(pictures, { size: TINY_SIZE });
  const pixels = await data.read([0, 1, 2, 3, 4]);
  const values = new Map<string, Float32Array>();
  for (const [name, parameter] of tokenizer.namedParameters()) {
    values.set(name, await parameter.published());
  }
  const indices = tidy(() => [
    ...tokenizer.encode(tensor4d(pixels, [NUM_PICTURES, TINY_SIZE, TINY_SIZE, 3])).indices.dataSync(),
  ]);
  tokenizer.dispose();
  return { values, indices };
}

describe('restok train --init', { timeout: MINUTES }, () => {
  it('fine-tunes the decoder of a tokenizer, whose indices stay what they were', async () => {
    const { code, stdout, stderr } = await fineTune(
      'decoder',
      'training.max_train_steps=4',
      'experiment.generate_every=2',
      'lr_scheduler.params.warmup_steps=0',
      'training.train_only=[decoder, pixel_decoder]',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const result = JSON.parse(stdout) as { step: number; model: string; psnr: Record<string, number> };
    expect(result).toMatchObject({ step: 4, model: join(folder, 'decoder', 'model') });
    expect(Object.keys(result.psnr)).toEqual(['1', '4', '8']);

    const [before, after] = [await lookAt(model), await lookAt(result.model)];
    expect(after.indices).toEqual(before.indices);
    const moved = [...before.values.keys()].filter(
      (name) => `${before.values.get(name)}` !== `${after.values.get(name)}`,
    );
    expect([...new Set(moved.map((name) => name.split('.')[0]))]).toEqual(['decoder', 'pixel_decoder']);
    const config = JSON.parse(await readFile(join(result.model, 'config.json'), 'utf8')) as object;
    expect(config).toMatchObject({
      license: 'CC0-1.0',
      training: { train_only: ['decoder', 'pixel_decoder'] },
    });
  });

  it('goes on where it was with the same command', async () => {
    const { code, stderr } = await fineTune('again', 'training.max_train_steps=1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { stdout } = await fineTune('again', 'training.max_train_steps=2');
    expect(JSON.parse(stdout)).toMatchObject({ step: 2 });
    const log = await readFile(join(folder, 'again', 'log.jsonl'), 'utf8');
    expect(log).not.toBe('');
  });

  it('fine-tunes a generator on pictures that the tokenizer codes', async () => {
    const generator = join(folder, 'generator');
    await saveTinyGenerator(generator);
    const { code, stdout, stderr } = await runCommand(
      ...['train', 'generator', '--init', generator, '--tokenizer', model, '--data', pictures],
      ...['--out', join(folder, 'generator-run'), '--json', 'training.max_train_steps=2', ...small],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ step: 2 });
  });

  it.each([
    ['a model that is not there', ['--init', 'no-model', '--data', pictures], /no-model does not exist/],
    ['data that is not there', ['--init', model, '--data', 'no-data'], /no-data does not exist/],
    [
      'sizes that the weights do not have',
      ['--init', model, '--data', pictures, 'model.vq_model.codebook_size=32'],
      /quantize\.embedding\.weight/,
    ],
    [
      'a part that is none',
      ['--init', model, '--data', pictures, 'training.train_only=[decodr]'],
      /train_only must name parts of the model, got decodr\. Its parts: /,
    ],
  ])('ends with 1 and one line for %s', async (_what, args, message) => {
    const { code, stdout, stderr } = await runCommand(
      ...['train', 'tokenizer', '--out', join(folder, 'failed'), ...args, ...small],
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toMatch(message);
  });

  it.each([
    ['--init without --data', ['tokenizer', '--init', model], '--init needs --data'],
    ['--config with --init', ['tokenizer', '--config', 'c.yaml', '--init', model], '--init says'],
    [
      'a tokenizer for a tokenizer',
      ['tokenizer', '--init', model, '--data', pictures, '--tokenizer', model],
      'is for generators',
    ],
  ])('ends with 2 and one line for %s', async (_what, args, message) => {
    const { code, stderr } = await runCommand('train', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^restok train: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });
});
