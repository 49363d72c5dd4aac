import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigError, interpolateConfig, overrideConfig, parseRawConfig } from '@restok/core';
import { tinyTraining } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { tinyTrainingConfig } from '../test/tiny-training';
import { parseTokenizerTrainingConfig } from './tokenizer-training-config';
import type { TokenizerTrainingConfig } from './tokenizer-training-config';

type Keys = { readonly [key: string]: string | Keys };

/** The authors' file as they write it: `5_000`, `True`, `${optimizer.params.learning_rate}`. */
function yamlOf(keys: Keys, indent = ''): string {
  return Object.entries(keys)
    .map(([key, value]) =>
      typeof value === 'string'
        ? `${indent}${key}: ${value === '' ? '""' : value}\n`
        : `${indent}${key}:\n${yamlOf(value, `${indent}  `)}`,
    )
    .join('');
}

const keysFile = fileURLToPath(new URL('../../testing/fixtures/config-keys.json', import.meta.url));
const published = (JSON.parse(readFileSync(keysFile, 'utf8')) as Record<string, Keys>)['tokenizer training']!;

function parsePublished(...overrides: string[]): TokenizerTrainingConfig {
  const raw = overrideConfig(parseRawConfig(yamlOf(published), 'published.yaml'), overrides);
  return parseTokenizerTrainingConfig(interpolateConfig(raw));
}

function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

/** What the error about the published file asks for, with a path put in. */
function namedOverrides(): string[] {
  return problemsOf(() => parsePublished()).map((problem) =>
    /; add (\S+=\S*)/.exec(problem)![1]!.replace(/<.*/, './pictures'),
  );
}

describe('parseTokenizerTrainingConfig', () => {
  it('names the keys that the published file lacks here: weights of its networks', () => {
    expect(namedOverrides()).toEqual([
      'losses.perceptual_weights=./pictures',
      'losses.dino_weights=./pictures',
      'losses.vf_weights=./pictures',
    ]);
    const problems = problemsOf(() => parsePublished());
    expect(problems.every((problem) => !problem.includes('\n'))).toBe(true);
  });

  it('understands every published key of the losses', () => {
    expect(parsePublished(...namedOverrides()).losses).toMatchObject({
      dino_disc: true,
      discriminator_start: 20_000,
      quantizer_weight: 1,
      discriminator_factor: 1,
      discriminator_weight: 0.5,
      perceptual_loss: 'lpips',
      perceptual_weight: 1,
      reconstruction_loss: 'l2',
      reconstruction_weight: 1,
      lecam_regularization_weight: 0.001,
      vf_weight: 1,
      cos_margin: 0.25,
    });
    const { optimizer } = parsePublished(...namedOverrides());
    expect(optimizer.params.discriminator_learning_rate).toBe(1e-4);
  });

  it.each([
    ['losses.perceptual_loss=convnext', 'perceptual_loss'],
    ['losses.quantizer_weight=-1', 'losses.quantizer_weight'],
    ['optimizer.name=lion', 'optimizer.name: must be adamw'],
    ['optimizer.params.beta1=1', 'optimizer.params.beta1'],
    ['optimizer.params.beta2=1.5', 'optimizer.params.beta2'],
    ['optimizer.params.weight_decay=-1', 'optimizer.params.weight_decay'],
    ['training.per_gpu_batch_size=9', 'add training.per_gpu_batch_size=16'],
    ['model.vq_model.use_vf=resnet', 'add model.vq_model.use_vf=dinov3'],
    ['model.vq_model.reverse_proj=False', 'add model.vq_model.reverse_proj=True'],
    ['losses.vf_features=./features', 'add dataset.preprocessing.random_flip=False'],
  ])('refuses %s', (override, advice) => {
    expect(problemsOf(() => parsePublished(...namedOverrides(), override)).join('; ')).toContain(advice);
  });

  it('refuses the perceptual loss of pictures that are too small for it', () => {
    const overrides = ['losses.perceptual_weight=1', 'losses.perceptual_weights=weights.safetensors'];
    expect(problemsOf(() => tinyTrainingConfig(...overrides))).toEqual([
      expect.stringContaining('add dataset.preprocessing.crop_size=16'),
    ]);
  });

  it('refuses processes that would share a discriminator', () => {
    const overrides = ['training.workers=2', 'training.gradient_accumulation_steps=2'];
    expect(problemsOf(() => parsePublished(...namedOverrides(), ...overrides))).toEqual([
      expect.stringContaining('add training.workers=1'),
    ]);
  });

  it('accepts the published file with these overrides', () => {
    const config = parsePublished(...namedOverrides());
    expect(config.training).toMatchObject({ max_train_steps: 1_000_000, max_grad_norm: 10, seed: 10086 });
    expect(config.lr_scheduler.params).toMatchObject({
      learning_rate: 1e-4,
      warmup_steps: 5000,
      end_lr: 1e-5,
    });
    expect(config.experiment.resume).toBe(true);
    expect(config.dataset).toEqual({
      params: {
        train_shards_path_or_url: '../datasets/imagenet-1k-wds/imagenet1k-train-{0000..1023}.tar',
        eval_shards_path_or_url: '../datasets/imagenet-1k-wds/imagenet1k-validation-{0000..0063}.tar',
        num_workers_per_gpu: 16,
      },
      preprocessing: {
        random_resized_crop: true,
        resize_shorter_edge: 256,
        crop_size: 256,
        random_crop: true,
        random_flip: true,
        random_color_exchange: false,
      },
    });
    expect(config.tokenizer.model.vq_model.num_latent_tokens).toBe(128);
  });

  it('keeps keys that it does not know', () => {
    const config = parsePublished(...namedOverrides());
    expect(config.training).toMatchObject({ mixed_precision: 'fp16' });
    expect(config.tokenizer.model.vq_model).toMatchObject({ use_vf: 'dinov3' });
  });

  it('accepts an adversarial loss that would only begin after the last step', () => {
    const config = tinyTrainingConfig(
      'losses.discriminator_weight=0.5',
      'losses.discriminator_start=20',
      'training.max_train_steps=20',
    );
    expect(config.losses.discriminator_weight).toBe(0.5);
  });

  it('refuses clustering_vq, which the training does not do', () => {
    expect(problemsOf(() => tinyTrainingConfig('model.vq_model.clustering_vq=True'))).toEqual([
      expect.stringContaining('add model.vq_model.clustering_vq=False'),
    ]);
  });

  describe('with quantizer fsq', () => {
    // 16 codes of 4 values, as the tiny model has.
    const scalar = ['model.vq_model.quantizer=fsq', 'model.vq_model.fsq_levels=[2,2,2,2]'];

    it('accepts a training that leaves its fixed codes alone', () => {
      const config = tinyTrainingConfig(...scalar);
      expect(config.tokenizer.model.vq_model.quantizer).toBe('fsq');
      expect(config.training).toMatchObject({ unquantized_steps: 0, code_revival_steps: 0 });
    });

    it.each(['unquantized_steps', 'code_revival_steps'])(
      'refuses training.%s, naming the override',
      (key) => {
        expect(problemsOf(() => tinyTrainingConfig(...scalar, `training.${key}=1`))).toEqual([
          expect.stringContaining(`add training.${key}=0`),
        ]);
      },
    );

    it('lists both at once', () => {
      const both = ['training.unquantized_steps=4', 'training.code_revival_steps=3'];
      expect(problemsOf(() => tinyTrainingConfig(...scalar, ...both))).toHaveLength(2);
      expect(problemsOf(() => tinyTrainingConfig(...both))).toEqual([]);
    });
  });

  it('fills in values where only what has no default is given', () => {
    const { losses, training, experiment } = tinyTrainingConfig();
    expect(losses).toMatchObject({
      reconstruction_loss: 'l2',
      reconstruction_weight: 1,
      quantizer_weight: 1,
    });
    expect(training).toMatchObject({ gradient_accumulation_steps: 1, use_ema: true, keep_checkpoints: 2 });
    expect(experiment).toMatchObject({ save_every: 5000, resume: true });
  });

  it('lists all wrong values at once, of the training and of the model', () => {
    const problems = problemsOf(() =>
      tinyTrainingConfig(
        'training.max_train_steps=0',
        'losses.reconstruction_loss=l3',
        'lr_scheduler.scheduler=step',
        'model.vq_model.num_latent_tokens=5',
      ),
    ).join('\n');
    for (const key of ['max_train_steps', 'reconstruction_loss', 'scheduler', 'num_latent_tokens']) {
      expect(problems).toContain(key);
    }
  });

  it('names a section that is missing', () => {
    const { optimizer, ...rest } = tinyTraining();
    expect(optimizer).toBeDefined();
    expect(problemsOf(() => parseTokenizerTrainingConfig(rest)).join()).toContain('optimizer');
  });
});
