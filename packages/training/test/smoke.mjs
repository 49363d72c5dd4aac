// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { parseTokenizerTrainingConfig, TokenizerTrainer } from '@restok/training';
import { tinyTraining } from '../../testing/dist/tiny-configs.js';

await setBackend('cpu');

const config = parseTokenizerTrainingConfig(tinyTraining({ drop_latent_tokens: false }));

/** A black picture and a grey one: every batch holds both, so that losses of different steps compare. */
const dataset = {
  size: 8,
  count: 2,
  classNames: ['grey'],
  label: () => 0,
  name: String,
  read: async (indices) =>
    Float32Array.from([...indices].flatMap((index) => Array(8 * 8 * 3).fill(index / 2))),
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
