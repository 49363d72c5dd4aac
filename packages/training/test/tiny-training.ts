import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { overrideConfig } from '@restok/core';
import type { ConfigTree } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import { afterAll, beforeAll } from 'vitest';
import { parseTokenizerTrainingConfig } from '../src';
import type { TokenizerTrainingConfig } from '../src';

const vit = { width: 16, layers: 2, heads: 2 };

/** A model of 8 x 8 pictures and 4 latents that trains a step in some milliseconds. */
export const tinyTraining: ConfigTree = {
  experiment: { output_dir: 'nowhere' },
  model: {
    vq_model: {
      codebook_size: 16,
      token_size: 4,
      num_latent_tokens: 4,
      num_min_tokens: 1,
      vit_enc_model_size: vit,
      vit_dec_model_size: vit,
      vit_enc_patch_size: 4,
      vit_dec_patch_size: 4,
      hierarchy_stages: 2,
      is_legacy: false,
      drop_prob: 0.5,
      pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 1], num_res_blocks: 1, z_channels: 16 },
    },
  },
  dataset: { params: { train_shards_path_or_url: 'nowhere' }, preprocessing: { crop_size: 8 } },
  optimizer: { params: { learning_rate: 1e-3 } },
  lr_scheduler: { scheduler: 'constant', params: { warmup_steps: 0 } },
  training: { per_gpu_batch_size: 2, max_train_steps: 20, seed: 1, initialization: 'variancePreserving' },
};

/** The checked config with some values set, as on a command line. */
export function tinyTrainingConfig(...overrides: string[]): TokenizerTrainingConfig {
  return parseTokenizerTrainingConfig(overrideConfig(tinyTraining, overrides));
}

/** Pictures of `size` x `size`, each a ramp of its own slope and phase. */
export function rampDataset(count = 6, size = 8): PictureDataset {
  const picture = (index: number): number[] =>
    Array.from({ length: size * size * 3 }, (_, i) => ((i * (index + 1)) % 97) / 96);
  return {
    size,
    count,
    classNames: ['ramp'],
    label: () => 0,
    name: String,
    read: (indices) => Promise.resolve(Float32Array.from(Array.from(indices).flatMap(picture))),
  };
}

/** A temporary folder for the tests of one file. */
export function temporaryFolder(): (...names: string[]) => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'restok-training-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (...names) => join(folder, ...names);
}
