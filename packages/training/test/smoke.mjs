// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { parseTokenizerTrainingConfig, TokenizerTrainer } from '@restok/training';

await setBackend('cpu');

const vit = { width: 16, layers: 2, heads: 2 };
const config = parseTokenizerTrainingConfig({
  experiment: { output_dir: 'nowhere' },
  model: {
    vq_model: {
      codebook_size: 16,
      num_latent_tokens: 4,
      vit_enc_model_size: vit,
      vit_dec_model_size: vit,
      vit_enc_patch_size: 4,
      vit_dec_patch_size: 4,
      hierarchy_stages: 2,
      is_legacy: false,
      drop_latent_tokens: false,
      pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 1], num_res_blocks: 1, z_channels: 16 },
    },
  },
  dataset: { params: { train_shards_path_or_url: 'nowhere' }, preprocessing: { crop_size: 16 } },
  optimizer: { params: { learning_rate: 1e-3 } },
  lr_scheduler: { scheduler: 'constant', params: { warmup_steps: 0 } },
  training: { per_gpu_batch_size: 2, max_train_steps: 4, seed: 1 },
});

/** A black picture and a grey one: every batch holds both, so that losses of different steps compare. */
const dataset = {
  size: 16,
  count: 2,
  classNames: ['grey'],
  label: () => 0,
  name: String,
  read: async (indices) =>
    Float32Array.from([...indices].flatMap((index) => Array(16 * 16 * 3).fill(index / 2))),
};

const trainer = new TokenizerTrainer(config, dataset);
await trainer.prepare();
const losses = [];
for (let step = 0; step < 4; step++) {
  losses.push((await trainer.next()).reconstructionLoss);
}
assert.ok(
  losses.every((loss, i) => i === 0 || loss < losses[i - 1]),
  `the loss must fall, got ${losses}`,
);
