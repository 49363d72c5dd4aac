import { initializations } from '@restok/ops';
import { z } from 'zod';
import { schedules } from './schedules';

export const count = z.number().int().positive();
export const keysOf = <T extends object>(table: T): [string, ...string[]] =>
  Object.keys(table) as [string, ...string[]];

/** Sections that the training configs of every kind of model share, with the published defaults. */
export const experimentSection = z
  .object({
    output_dir: z.string(),
    save_every: count.default(5000),
    log_every: count.default(50),
    generate_every: count.default(5000),
    eval_every: count.default(50000),
    resume: z.boolean().default(true),
    init_weight: z.string().nullish(),
  })
  .loose();

/** @param weightDecay the published one of this kind of model. */
export const optimizerSection = (weightDecay: number) =>
  z
    .object({
      name: z.literal('adamw', { error: 'must be adamw, the only optimizer there is' }).optional(),
      params: z
        .object({
          learning_rate: z.number().positive().optional(),
          discriminator_learning_rate: z.number().positive().optional(),
          beta1: z.number().min(0).lt(1).default(0.9),
          beta2: z.number().min(0).lt(1).default(0.95),
          weight_decay: z.number().nonnegative().default(weightDecay),
        })
        .loose(),
    })
    .loose();

export const schedulerSection = z
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
  .loose();

export const trainingSection = z
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
    keep_checkpoints: count.default(2),
    workers: count.default(1),
    train_only: z.array(z.string().min(1)).min(1).optional(),
    gradient_checkpointing: z.boolean().default(false),
    threads: count.optional(),
    gemm: z.enum(['auto', 'blas', 'ort', 'wasm']).default('auto'),
  })
  .loose();

/** Where pictures lie: folders, or tar shards as `openShards` takes them. Published keys. */
export const pictureParams = z
  .object({
    train_shards_path_or_url: z.string().nullish(),
    /** What is evaluated on; by default the pictures of the training, or the test split that they have. */
    eval_shards_path_or_url: z.string().nullish(),
    /** Threads that read and decode pictures; there are no more of them than cores. */
    num_workers_per_gpu: z.number().int().nonnegative().optional(),
  })
  .loose();

/** The checked keys of `dataset.params` that say where pictures lie. */
export type PictureParams = z.infer<typeof pictureParams>;

/** How pictures are brought to `crop_size`. Published keys but for one. */
export const preprocessingSection = z
  .object({
    random_flip: z.boolean().default(false),
    /** Ours: red, green and blue change places in half of the pictures. */
    random_color_exchange: z.boolean().default(false),
    random_crop: z.boolean().default(false),
    random_resized_crop: z.boolean().default(false),
    resize_shorter_edge: count.optional(),
    resize_with_crop: z.number().min(1).optional(),
  })
  .loose();

/** A checked `dataset.preprocessing`. */
export type PreprocessingConfig = z.infer<typeof preprocessingSection>;

/** What {@link ModelUpdater} reads of a training config. */
export interface UpdateSections {
  readonly optimizer: z.infer<ReturnType<typeof optimizerSection>>;
  readonly lr_scheduler: z.infer<typeof schedulerSection>;
  readonly training: z.infer<typeof trainingSection>;
}
