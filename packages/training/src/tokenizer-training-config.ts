import { z } from 'zod';
import type { ConfigTree, TokenizerConfig } from '@restok/core';
import { ConfigError, parseTokenizerConfig } from '@restok/core';
import { initializations } from '@restok/ops';
import { reconstructionLosses } from './tokenizer-loss';
import { schedules } from './schedules';

const count = z.number().int().positive();
const keysOf = <T extends object>(table: T): [string, ...string[]] =>
  Object.keys(table) as [string, ...string[]];

const trainingConfig = z
  .object({
    experiment: z
      .object({
        output_dir: z.string(),
        save_every: count.default(5000),
        log_every: count.default(50),
        generate_every: count.default(5000),
        eval_every: count.default(50000),
        resume: z.boolean().default(true),
        init_weight: z.string().nullish(),
      })
      .loose(),
    losses: z
      .object({
        reconstruction_loss: z.enum(keysOf(reconstructionLosses)).default('l2'),
        reconstruction_weight: z.number().default(1),
        quantizer_weight: z.number().default(1),
        perceptual_weight: z.number().default(0),
        discriminator_weight: z.number().default(0),
        discriminator_start: z.number().default(20000),
        vf_weight: z.number().default(1),
      })
      .loose()
      .default({
        reconstruction_loss: 'l2',
        reconstruction_weight: 1,
        quantizer_weight: 1,
        perceptual_weight: 0,
        discriminator_weight: 0,
        discriminator_start: 20000,
        vf_weight: 1,
      }),
    dataset: z
      .object({
        params: z.object({ train_shards_path_or_url: z.string() }).loose(),
        preprocessing: z
          .object({
            random_flip: z.boolean().default(false),
            random_crop: z.boolean().default(false),
            random_resized_crop: z.boolean().default(false),
          })
          .loose(),
      })
      .loose(),
    optimizer: z
      .object({
        params: z
          .object({
            learning_rate: z.number().positive().default(1e-4),
            beta1: z.number().default(0.9),
            beta2: z.number().default(0.95),
            weight_decay: z.number().default(1e-4),
          })
          .loose(),
      })
      .loose(),
    lr_scheduler: z
      .object({
        scheduler: z.enum(keysOf(schedules)).default('cosine'),
        params: z
          .object({
            learning_rate: z.number().positive().optional(),
            warmup_steps: z.number().int().nonnegative().default(5000),
            end_lr: z.number().nonnegative().default(1e-5),
          })
          .loose(),
      })
      .loose(),
    training: z
      .object({
        gradient_accumulation_steps: count.default(1),
        per_gpu_batch_size: count.default(32),
        use_ema: z.boolean().default(true),
        ema_decay: z.number().min(0).max(1).default(0.9999),
        seed: z.number().int().default(0),
        max_train_steps: count,
        max_grad_norm: z.number().positive().optional(),
        num_generated_images: count.default(8),
        // Ours, absent from published files.
        initialization: z.enum(keysOf(initializations)).default('published'),
        unquantized_steps: z.number().int().nonnegative().default(0),
        output_bias_from_data: z.boolean().default(false),
        code_revival_steps: z.number().int().nonnegative().default(0),
        keep_checkpoints: count.default(2),
        workers: count.default(1),
        threads: count.optional(),
        gemm: z.enum(['auto', 'blas', 'ort', 'wasm']).default('auto'),
      })
      .loose(),
  })
  .loose();

/** A checked training config: the published form and a few keys of our own under `training`. */
export type TokenizerTrainingConfig = z.infer<typeof trainingConfig> & {
  readonly tokenizer: TokenizerConfig;
};

/**
 * Checks a training config in the authors' form.
 *
 * @param raw parsed and interpolated.
 * @throws ConfigError listing every wrong value, and everything that this version cannot train or read, with
 *   the override that switches it off.
 */
export function parseTokenizerTrainingConfig(raw: ConfigTree): TokenizerTrainingConfig {
  const parsed = trainingConfig.safeParse(raw);
  const problems = parsed.success
    ? [...untrainableLosses(parsed.data), ...unreadableData(parsed.data)]
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  let tokenizer: TokenizerConfig | undefined;
  try {
    tokenizer = parseTokenizerConfig(raw);
    problems.push(...untrainableParts(tokenizer, parsed.data));
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    problems.push(...error.problems);
  }
  if (!parsed.success || tokenizer === undefined || problems.length > 0) {
    throw new ConfigError(
      `parseTokenizerTrainingConfig: ${problems.join('; ')}. Correct the config.`,
      problems,
    );
  }
  return { ...parsed.data, tokenizer };
}

type CheckedTrainingConfig = z.infer<typeof trainingConfig>;

function untrainableLosses({ losses, training }: CheckedTrainingConfig): string[] {
  const problems: string[] = [];
  if (losses.perceptual_weight > 0) {
    problems.push(
      'the perceptual loss needs VGG16 weights, which this version cannot use; add losses.perceptual_weight=0',
    );
  }
  if (losses.discriminator_weight > 0 && losses.discriminator_start < training.max_train_steps) {
    problems.push('adversarial training is not in this version; add losses.discriminator_weight=0');
  }
  return problems;
}

function untrainableParts(tokenizer: TokenizerConfig, config: CheckedTrainingConfig | undefined): string[] {
  const model = tokenizer.model.vq_model;
  const problems: string[] = [];
  const supervised = model.encoder_feature_supervision || model.decoder_feature_supervision;
  if (supervised && config !== undefined && config.losses.vf_weight > 0) {
    problems.push(
      'feature alignment needs a vision foundation model, which this version cannot use; add losses.vf_weight=0',
    );
  }
  if (model.clustering_vq) {
    problems.push(
      'training does not move codes by clustering_vq; add model.vq_model.clustering_vq=False, for instance with training.code_revival_steps=100',
    );
  }
  return problems;
}

function unreadableData({ dataset }: CheckedTrainingConfig): string[] {
  const path = dataset.params.train_shards_path_or_url;
  return path.endsWith('.tar')
    ? [
        `tar shards (${path}) cannot be read by this version; add dataset.params.train_shards_path_or_url=<a folder of pictures>`,
      ]
    : [];
}
