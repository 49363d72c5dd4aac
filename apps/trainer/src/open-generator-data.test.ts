import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from '@restok/core';
import { writePng } from '@restok/data';
import { saveModel } from '@restok/hub/node';
import { tensorsLeftBy, tinyTokenizer, useTestBackend } from '@restok/testing';
import { ResTok } from '@restok/tokenizer';
import type { GeneratorTrainingConfig } from '@restok/training';
import { parseGeneratorTrainingConfig } from '@restok/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGeneratorData } from './open-generator-data';

const SIDE = 16;

describe('openGeneratorData', () => {
  let folder: string;

  beforeAll(async () => {
    await useTestBackend('restok-node');
    folder = await mkdtemp(join(tmpdir(), 'open-generator-data-test-'));
    const pixels = new Uint8Array(SIDE * SIDE * 3).fill(100);
    await writePng(join(folder, 'pictures/grey.png'), { width: SIDE, height: SIDE, pixels });
    const tokenizer = new ResTok(tinyTokenizer({}, SIDE), { seed: 1 });
    const tensors = [...tokenizer.namedParameters()].map(([name, parameter]) => ({
      name,
      shape: parameter.publishedShape,
      values: () => parameter.toPublished(parameter.value),
    }));
    await saveModel(join(folder, 'tokenizer'), { config: tokenizer.config, tensors });
    tokenizer.dispose();
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Training on the fly from a folder of pictures. */
  function configOf(pictures: string): GeneratorTrainingConfig {
    return parseGeneratorTrainingConfig({
      experiment: { output_dir: 'nowhere', tokenizer_checkpoint: join(folder, 'tokenizer') },
      model: {
        generator: {
          ...{ n_layer: 1, n_head: 2, dim: 16, multiple_of: 16 },
          ...{ vocab_size: 16, block_size: 4, num_classes: 1, har: true, ar_token_num: 1 },
        },
      },
      // Threads run what is built; see test/.
      dataset: {
        params: { train_shards_path_or_url: join(folder, pictures), num_workers_per_gpu: 0 },
        preprocessing: { crop_size: SIDE },
      },
      optimizer: { params: {} },
      lr_scheduler: { params: {} },
      training: { max_train_steps: 1 },
    });
  }

  it('tokenises pictures as they are asked for, and frees the tokenizer', async () => {
    const left = await tensorsLeftBy(async () => {
      const { data, dispose } = await openGeneratorData(configOf('pictures'), 'train');
      const { indices, labels } = await data.read([0]);
      expect([data.count, indices.length, [...labels]]).toEqual([1, data.numLatents, [0]]);
      dispose();
    });
    expect(left).toBe(0);
  });

  it('frees the tokenizer when the pictures cannot be opened', async () => {
    const left = await tensorsLeftBy(async () => {
      await expect(openGeneratorData(configOf('missing'), 'train')).rejects.toThrow(DataError);
    });
    expect(left).toBe(0);
  });
});
