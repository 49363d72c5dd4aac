import { ConfigError } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { tinyGeneratorConfig } from '../test/tiny-generator-training';
import { parseGeneratorTrainingConfig } from './generator-training-config';

function problemsOf(...overrides: string[]): readonly string[] {
  try {
    tinyGeneratorConfig(...overrides);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

describe('parseGeneratorTrainingConfig', () => {
  it('fills in the published defaults', () => {
    const { optimizer, generator } = tinyGeneratorConfig();
    expect(optimizer.params).toMatchObject({ beta1: 0.9, beta2: 0.95, weight_decay: 0.05 });
    expect(generator).toMatchObject({ class_dropout_prob: 0.1, token_dropout_p: 0.1, resid_dropout_p: 0.1 });
  });

  it('reads dropout_p of published files as that of residuals and feed-forward layers', () => {
    const { generator } = tinyGeneratorConfig('model.generator.dropout_p=0.25');
    expect(generator).toMatchObject({ resid_dropout_p: 0.25, ffn_dropout_p: 0.25, token_dropout_p: 0.1 });
  });

  it('asks for codes, or for pictures and a tokenizer', () => {
    const [noData] = problemsOf('dataset.params.pretokenization=');
    expect(noData).toMatch(/^dataset\.params\.pretokenization must name a folder of codes/);
    const pictures = ['dataset.params.pretokenization=', 'dataset.params.train_shards_path_or_url=pictures'];
    expect(problemsOf(...pictures)).toEqual([
      'pictures are tokenised as they come: experiment.tokenizer_checkpoint must name a tokenizer',
    ]);
    expect(problemsOf(...pictures, 'experiment.tokenizer_checkpoint=model')).toEqual([]);
  });

  it('takes tar shards and their preprocessing as published files name them', () => {
    const { dataset } = tinyGeneratorConfig(
      'dataset.params.pretokenization=',
      'dataset.params.train_shards_path_or_url=train-{0000..1023}.tar',
      'dataset.preprocessing.resize_with_crop=1.1',
      'experiment.tokenizer_checkpoint=model',
    );
    expect(dataset.params.train_shards_path_or_url).toBe('train-{0000..1023}.tar');
    expect(dataset.preprocessing).toMatchObject({ resize_with_crop: 1.1, random_crop: false });
  });

  it('lists the problems of every part', () => {
    const problems = problemsOf('model.generator.dim=15', 'training.max_train_steps=0');
    expect(problems).toHaveLength(2);
    expect(problems.join()).toMatch(/max_train_steps.*dim 15 over n_head 2/);
  });

  it('is a ConfigError without a generator', () => {
    expect(() => parseGeneratorTrainingConfig({})).toThrow(ConfigError);
  });
});
