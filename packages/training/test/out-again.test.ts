import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigTree } from '@restok/core';
import type { Module } from '@restok/ops';
import { ResTok } from '@restok/tokenizer';
import { fixtureNames, modelArgsOf, openFixture, tokenizerConfigOf, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpointed } from '../src';
import {
  GeneratorTrainer,
  parseGeneratorTrainingConfig,
  parseTokenizerTrainingConfig,
  saveCheckpoint,
  SupervisedTokenizer,
  TokenizerTrainer,
} from '../src';
import { rampDataset, temporaryFolder } from './tiny-training';

const fixtures = fileURLToPath(new URL('../../testing/fixtures/', import.meta.url));

/** Names and shapes of the released weights. */
const released = JSON.parse(readFileSync(join(fixtures, 'released-names.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, readonly number[]>>>
>;

/** Seconds on a quiet machine. */
const MINUTES = 240_000;

type Entries = Readonly<Record<string, { readonly dtype: string; readonly shape: readonly number[] }>>;

/** Names, types and shapes that a safetensors file declares, read plainly. */
async function entriesOf(path: string): Promise<Entries> {
  const file = await readFile(path);
  const header = file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString('utf8');
  const entries = JSON.parse(header) as Record<string, { dtype: string; shape: number[] }>;
  return Object.fromEntries(
    Object.entries(entries)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
  );
}

/** What every section of a training config needs beside its model. */
const sections = {
  experiment: { output_dir: 'nowhere' },
  optimizer: { params: {} },
  lr_scheduler: { params: { warmup_steps: 0 } },
  training: { per_gpu_batch_size: 1, max_train_steps: 1, seed: 1 },
} satisfies ConfigTree;

describe('a trained folder', { timeout: MINUTES }, () => {
  const at = temporaryFolder();

  beforeAll(() => useTestBackend('restok-node'));

  /** Takes a step and saves, as a run does. */
  async function trainedFolder(
    name: string,
    trainer: Checkpointed & { next(): Promise<object>; dispose(): void },
  ): Promise<string> {
    await trainer.next();
    const folder = await saveCheckpoint(trainer, at(name), 1);
    trainer.dispose();
    return folder;
  }

  async function expectSameEntries(folder: string, fixture: string): Promise<void> {
    const expected = await entriesOf(join(fixtures, fixture, 'model.safetensors'));
    expect(Object.keys(expected).length).toBeGreaterThan(10);
    for (const model of ['', 'ema_model']) {
      expect(await entriesOf(join(folder, model, 'model.safetensors'))).toEqual(expected);
    }
  }

  const tokenizers = fixtureNames('tokenizer-', 'model').filter((name) => isBundled(name));

  it.each(tokenizers)('of a tokenizer has the names, types and shapes of %s', async (name) => {
    const { model, dataset } = tokenizerConfigOf(openFixture(name).config);
    const size = dataset!.preprocessing!.crop_size!;
    const config = parseTokenizerTrainingConfig({
      ...sections,
      model,
      dataset: { params: { train_shards_path_or_url: 'nowhere' }, ...dataset },
    });
    const trainer = new TokenizerTrainer(config, rampDataset(2, size));
    await expectSameEntries(await trainedFolder(name, trainer), name);
  });

  const generators = [...fixtureNames('har-', 'model'), ...fixtureNames('ar-', 'model')].filter((name) =>
    isBundled(name),
  );

  it.each(generators)('of a generator has the names, types and shapes of %s', async (name) => {
    const generator = { har: name.startsWith('har'), ...(modelArgsOf(openFixture(name)) as object) };
    const config = parseGeneratorTrainingConfig({
      ...sections,
      model: { generator },
      dataset: { params: { pretokenization: 'nowhere' } },
    });
    const { vocab_size: codebookSize, block_size: numLatents } = config.generator;
    const trainer = new GeneratorTrainer(config, {
      count: 2,
      numLatents,
      codebookSize,
      classNames: ['one'],
      read: () => Promise.resolve({ indices: new Int32Array(numLatents).fill(1), labels: Int32Array.of(0) }),
    });
    await expectSameEntries(await trainedFolder(name, trainer), name);
  });

  it('is compared with fixtures of both kinds', () => {
    expect(tokenizers.length).toBeGreaterThan(1);
    expect(generators.length).toBeGreaterThan(1);
  });
});

function isBundled(name: string): boolean {
  try {
    return readFileSync(join(fixtures, name, 'model.safetensors')).length > 0;
  } catch {
    return false;
  }
}

/** Names and shapes of parameters that are declared but not drawn. */
function shapesOf(model: Module): Record<string, readonly number[]> {
  const shapes = [...model.namedParameters()].map(([name, { publishedShape }]) => [
    name,
    [...publishedShape],
  ]);
  return Object.fromEntries(shapes) as Record<string, readonly number[]>;
}

describe('the tokenizer of the released size', () => {
  const expected = released['tokenizer restok_l_128']!;

  it('has the released names and shapes', () => {
    const tokenizer = new ResTok({ model: { vq_model: {} } });
    expect(shapesOf(tokenizer)).toEqual(expected);
    // 659.7 million.
    expect(Math.round(tokenizer.numParameters / 1e5)).toBe(6597);
  });

  it('has three more in training with alignment, which files of the authors hold as well', () => {
    const supervised = new SupervisedTokenizer(
      {
        model: { vq_model: { encoder_feature_supervision: true, decoder_feature_supervision: true } },
      },
      { featureWidth: 1024 },
    );
    expect(shapesOf(supervised)).toEqual({
      ...expected,
      'vf_proj.weight': [1024, 1024, 1, 1],
      'vf_proj_dec.weight': [1024, 1024, 1, 1],
      'decoder.feat_mask_token': [1, 1, 1024],
    });
  });
});
