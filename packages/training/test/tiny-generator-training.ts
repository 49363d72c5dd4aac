import type { ConfigTree } from '@restok/core';
import { overrideConfig } from '@restok/core';
import type { GeneratorData, GeneratorTrainingConfig } from '../src';
import { parseGeneratorTrainingConfig } from '../src';

/** A training of a generator of 8 latents, 16 codes and 3 classes: a step takes some milliseconds. */
const base: ConfigTree = {
  experiment: { output_dir: 'nowhere' },
  model: {
    generator: {
      n_layer: 2,
      n_head: 2,
      dim: 16,
      multiple_of: 16,
      vocab_size: 16,
      block_size: 8,
      num_classes: 3,
      har: true,
      ar_token_num: 2,
    },
  },
  dataset: { params: { pretokenization: 'nowhere' } },
  optimizer: { params: { learning_rate: 1e-2 } },
  lr_scheduler: { scheduler: 'constant', params: { warmup_steps: 0 } },
  training: { per_gpu_batch_size: 4, max_train_steps: 20, seed: 1 },
};

/** The checked config with some values set, as on a command line. */
export function tinyGeneratorConfig(...overrides: string[]): GeneratorTrainingConfig {
  return parseGeneratorTrainingConfig(overrideConfig(base, overrides));
}

/** Codes that follow from the class: latent i of class c is (5 c + 3 i) mod 16; crops differ in the last latent. */
export function patternCodes(count = 12): GeneratorData {
  return {
    count,
    numLatents: 8,
    codebookSize: 16,
    classNames: ['red', 'green', 'blue'],
    read: (pictures, { random } = {}) => {
      const labels = Int32Array.from(pictures, (picture) => picture % 3);
      const rows = [...labels].flatMap((label) => {
        const crop = random?.integer(2) ?? 0;
        return Array.from({ length: 8 }, (_, i) => (5 * label + 3 * i + (i === 7 ? crop : 0)) % 16);
      });
      return Promise.resolve({ indices: Int32Array.from(rows), labels });
    },
  };
}
