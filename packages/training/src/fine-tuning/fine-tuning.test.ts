import { mkdir } from 'node:fs/promises';
import { CheckpointError, DataError, interpolateConfig } from '@restok/core';
import { Generator } from '@restok/generator';
import { saveModel } from '@restok/hub/node';
import type { Module } from '@restok/ops';
import { ResTok } from '@restok/tokenizer';
import { tinyTokenizer, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/tiny-training';
import { tinyGeneratorConfig } from '../../test/tiny-generator-training';
import { parseGeneratorTrainingConfig } from '../generator-training-config';
import { parseTokenizerTrainingConfig } from '../tokenizer-training-config';
import { generatorFineTuning, tokenizerFineTuning } from './fine-tuning';

/** What a model of this repository stores of its own training. */
const stored = {
  experiment: { output_dir: './output/first', project: 'first' },
  losses: { quantizer_weight: 0.1, perceptual_weight: 1, perceptual_weights: 'gone.safetensors' },
  optimizer: { name: 'adamw', params: { learning_rate: 1e-3, beta1: 0.8, weight_decay: 0.01 } },
  training: { max_train_steps: 14_000, unquantized_steps: 400, code_revival_steps: 100, workers: 3 },
  license: 'CC0-1.0',
};

describe('fine-tuning', () => {
  const at = temporaryFolder();

  async function save(name: string, model: Module, config: object): Promise<void> {
    model.initialize(1);
    const tensors = [...model.namedParameters()].map(([key, parameter]) => ({
      name: key,
      shape: parameter.publishedShape,
      values: () => parameter.published(),
    }));
    await saveModel(at(name), { config, tensors });
    model.dispose();
  }

  beforeAll(async () => {
    await useTestBackend('cpu');
    await mkdir(at('pictures'));
    const tokenizer = tinyTokenizer({ drop_prob: 0.25 }, 16);
    await save('trained', new ResTok(tokenizer), { ...stored, ...tokenizer });
    await save('bare', new ResTok(tokenizer), tokenizer);
    const { generator } = tinyGeneratorConfig();
    await save('generator', new Generator(generator), generator);
  });

  describe('tokenizerFineTuning', () => {
    const configOf = async (init: string) =>
      parseTokenizerTrainingConfig(
        interpolateConfig(
          await tokenizerFineTuning({ init: at(init), data: at('pictures'), out: at('run') }),
        ),
      );

    it('keeps the model, its licence and its losses of reconstruction, and learns ten times slower', async () => {
      const config = await configOf('trained');
      expect(config.tokenizer.model.vq_model).toMatchObject({ num_latent_tokens: 4, drop_prob: 0.25 });
      expect(config.tokenizer.dataset.preprocessing.crop_size).toBe(16);
      expect(config.license).toBe('CC0-1.0');
      expect(config.losses).toMatchObject({ quantizer_weight: 0.1, perceptual_weight: 0 });
      expect(config.optimizer.params).toMatchObject({ learning_rate: 1e-4, beta1: 0.8, weight_decay: 0.01 });
      expect(config.lr_scheduler).toMatchObject({
        scheduler: 'cosine',
        params: { learning_rate: 1e-4, warmup_steps: 50, end_lr: 1e-5 },
      });
    });

    it('starts from the weights, draws no codes, and leaves the run of the model alone', async () => {
      const { experiment, training, dataset } = await configOf('trained');
      expect(experiment).toMatchObject({ init_weight: at('trained'), output_dir: at('run'), resume: true });
      expect(experiment.project).toBeUndefined();
      expect(training).toMatchObject({
        unquantized_steps: 0,
        code_revival_steps: 0,
        output_bias_from_data: false,
        use_ema: true,
        max_train_steps: 1000,
        per_gpu_batch_size: 8,
      });
      expect(dataset.params.train_shards_path_or_url).toBe(at('pictures'));
    });

    it('takes a tenth of the published rate for a model that does not say its own', async () => {
      const { optimizer, losses } = await configOf('bare');
      expect(optimizer.params.learning_rate).toBeCloseTo(1e-5, 12);
      expect(losses.quantizer_weight).toBe(1);
    });

    it('names the folder of the run after the model', async () => {
      const { experiment } = await tokenizerFineTuning({ init: `${at('bare')}/`, data: at('pictures') });
      expect(experiment).toMatchObject({ output_dir: 'output/bare-tuned' });
    });

    it('says in one line what is missing or of another kind', async () => {
      const tune = (init: string, data: string) => tokenizerFineTuning({ init: at(init), data: at(data) });
      await expect(tune('none', 'pictures')).rejects.toThrow(/none does not exist\. Pass a model folder/);
      await expect(tune('bare', 'nowhere')).rejects.toThrow(DataError);
      await expect(tune('bare', 'nowhere')).rejects.toThrow(/nowhere does not exist.*--data\.$/);
      await expect(tune('generator', 'pictures')).rejects.toThrow(CheckpointError);
      await expect(tune('generator', 'pictures')).rejects.toThrow(
        /holds a generator, not a tokenizer\. Run: restok train generator --init/,
      );
    });
  });

  describe('generatorFineTuning', () => {
    const configOf = async (tokenizer?: string) =>
      parseGeneratorTrainingConfig(
        interpolateConfig(
          await generatorFineTuning({
            init: at('generator'),
            data: at('pictures'),
            out: at('run'),
            tokenizer,
          }),
        ),
      );

    it('trains on pictures with a tokenizer, and on codes without', async () => {
      const pictures = await configOf(at('trained'));
      expect(pictures.generator).toMatchObject({ n_layer: 2, block_size: 8, har: true });
      expect(pictures.dataset.params.train_shards_path_or_url).toBe(at('pictures'));
      expect(pictures.experiment.tokenizer_checkpoint).toBe(at('trained'));
      const codes = await configOf();
      expect(codes.dataset.params.pretokenization).toBe(at('pictures'));
      expect(codes.experiment.init_weight).toBe(at('generator'));
      expect(codes.optimizer.params).toMatchObject({ learning_rate: 1e-5, weight_decay: 0.05 });
    });

    it('refuses a tokenizer', async () => {
      const tune = generatorFineTuning({ init: at('bare'), data: at('pictures') });
      await expect(tune).rejects.toThrow(/holds a tokenizer, not a generator/);
    });
  });
});
