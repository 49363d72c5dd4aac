import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { parseTokenizerConfig } from '@restok/core';
import { Generator } from '@restok/generator';
import { saveModel } from '@restok/hub/node';
import type { Module } from '@restok/ops';
import { ResTok } from '@restok/tokenizer';
import { trainConfig } from '../src/worker/train-config';

const GENERATOR = {
  n_layer: 2,
  n_head: 2,
  dim: 64,
  vocab_size: 256,
  block_size: 16,
  num_classes: 27,
  har: true,
  ar_token_num: 4,
  spe_token_num: 15,
};
const CATEGORIES = [
  'activities',
  'animals',
  'flags',
  'food',
  'objects',
  'people',
  'smileys',
  'symbols',
  'travel',
];
const STYLES = ['fluent', 'noto', 'twemoji'];

/** Random weights of which signals neither fade nor grow. */
const RANDOM = { seed: 1, initialization: 'variancePreserving' } as const;

/**
 * Writes a tokenizer of 32 x 32 pixels and 16 latents and its generator, with random weights: what an emulated
 * graphics card runs in seconds.
 */
export async function makeSmallModels(folder: string): Promise<void> {
  const config = parseTokenizerConfig(
    trainConfig({ source: { kind: 'files', files: [] }, side: 32, steps: 1, seed: 1 }),
  );
  await save(join(folder, 'tokenizer'), config, new ResTok(config, RANDOM));
  const class_names = CATEGORIES.flatMap((category) => STYLES.map((style) => `${category}/${style}`));
  const shape = { ...GENERATOR, class_names };
  await save(join(folder, 'generator'), shape, new Generator(shape, RANDOM));
}

async function save(folder: string, config: unknown, model: Module): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const tensors = [...model.namedParameters()].map(([name, parameter]) => ({
    name,
    shape: parameter.publishedShape,
    values: () => parameter.toPublished(parameter.value),
  }));
  await saveModel(folder, { config, tensors }, { dtype: 'F16' });
  model.dispose();
}
