import type { TokenizerConfig } from '@restok/core';
import { z } from 'zod';
import { vgg16SmallestSide } from './perceptual/vgg16';
import { reconstructionLosses } from './tokenizer-loss';
import { count, keysOf } from './training-sections';
import { foundationModelNames } from './feature-providers/foundation-models';

const path = z.string().min(1);

/** The `losses` section of a training config, with the published keys and, below them, ours. */
export const lossesSection = z
  .object({
    reconstruction_loss: z.enum(keysOf(reconstructionLosses)).default('l2'),
    reconstruction_weight: z.number().nonnegative().default(1),
    quantizer_weight: z.number().nonnegative().default(1),
    perceptual_loss: z.enum(['lpips']).default('lpips'),
    perceptual_weight: z.number().nonnegative().default(0),
    dino_disc: z.boolean().default(false),
    discriminator_start: z.number().int().nonnegative().default(20000),
    discriminator_factor: z.number().nonnegative().default(1),
    discriminator_weight: z.number().nonnegative().default(0),
    lecam_regularization_weight: z.number().nonnegative().default(0),
    vf_weight: z.number().nonnegative().default(1),
    cos_margin: z.number().default(0.25),
    // Ours, absent from published files: where the weights lie, and a narrower PatchGAN.
    perceptual_weights: z.union([path, z.array(path).min(1)]).optional(),
    dino_weights: path.optional(),
    vf_weights: path.optional(),
    vf_features: path.optional(),
    discriminator_channels: count.multipleOf(32).default(128),
  })
  .loose();

/** A checked `losses` section. */
export type LossesConfig = z.infer<typeof lossesSection>;

/** What the checks of the losses read of a training config. */
export interface LossesContext {
  readonly losses: LossesConfig;
  readonly training: {
    readonly max_train_steps: number;
    readonly per_gpu_batch_size: number;
    readonly workers: number;
    readonly gradient_accumulation_steps: number;
  };
  readonly dataset: {
    readonly preprocessing: {
      readonly random_flip: boolean;
      readonly random_color_exchange: boolean;
      readonly random_crop: boolean;
      readonly random_resized_crop: boolean;
    };
  };
}

/** Whether a run ever trains a discriminator. */
export function hasDiscriminator({ losses, training }: Pick<LossesContext, 'losses' | 'training'>): boolean {
  return (
    losses.discriminator_weight > 0 &&
    losses.discriminator_factor > 0 &&
    losses.discriminator_start < training.max_train_steps
  );
}

/** Whether a run aligns features with those of a foundation model. */
export function hasAlignment({ losses }: Pick<LossesContext, 'losses'>, tokenizer: TokenizerConfig): boolean {
  const model = tokenizer.model.vq_model;
  return losses.vf_weight > 0 && (model.encoder_feature_supervision || model.decoder_feature_supervision);
}

/** What the perceptual and the adversarial loss lack; each problem names the override that helps. */
export function lossProblems(config: LossesContext): string[] {
  const { losses, training } = config;
  const problems: string[] = [];
  if (losses.perceptual_weight > 0 && losses.perceptual_weights === undefined) {
    problems.push(
      'the perceptual loss needs the weights of VGG16 and LPIPS; add losses.perceptual_weights=<safetensors files>, or losses.perceptual_weight=0',
    );
  }
  if (!hasDiscriminator(config)) {
    return problems;
  }
  if (losses.dino_disc && losses.dino_weights === undefined) {
    problems.push(
      'the DINO discriminator needs the weights of DINO ViT-S/16; add losses.dino_weights=<a safetensors file>, or losses.dino_disc=False, or losses.discriminator_weight=0',
    );
  }
  const batch = training.per_gpu_batch_size;
  if (losses.dino_disc && batch % Math.ceil(batch / NORM_SAMPLES) !== 0) {
    problems.push(
      `the DINO discriminator splits batches in equal groups of at most ${NORM_SAMPLES}, which ${batch} cannot; add training.per_gpu_batch_size=${Math.ceil(batch / NORM_SAMPLES) * NORM_SAMPLES}`,
    );
  }
  if (training.workers > 1 && training.gradient_accumulation_steps > 1) {
    problems.push(
      `the state of a discriminator passes from part to part, which ${training.workers} processes cannot share; add training.workers=1`,
    );
  }
  return problems;
}

/** Samples that local batch norm takes together at most. */
const NORM_SAMPLES = 8;

/** Whether pictures are large enough for the perceptual loss; a problem names the override that helps. */
export function perceptualProblems(
  { losses }: Pick<LossesContext, 'losses'>,
  tokenizer: TokenizerConfig,
): string[] {
  const { crop_size: side } = tokenizer.dataset.preprocessing;
  return losses.perceptual_weight > 0 && side < vgg16SmallestSide
    ? [
        `the perceptual loss halves pictures four times, and ${side} pixels are too few; add dataset.preprocessing.crop_size=${vgg16SmallestSide}, or losses.perceptual_weight=0`,
      ]
    : [];
}

/** What the alignment of features lacks; each problem names the override that helps. */
export function alignmentProblems(config: LossesContext, tokenizer: TokenizerConfig): string[] {
  const { losses, dataset } = config;
  if (!hasAlignment(config, tokenizer)) {
    return [];
  }
  const { use_vf: name, reverse_proj: isReverse } = tokenizer.model.vq_model;
  const problems: string[] = [];
  if (isReverse === false) {
    problems.push(
      'features of the tokenizer are projected to the width of the foundation model, not the other way round; add model.vq_model.reverse_proj=True',
    );
  }
  const { random_flip: flips, random_crop: crops, random_resized_crop: resizes } = dataset.preprocessing;
  const { random_color_exchange: recolors } = dataset.preprocessing;
  if (losses.vf_features !== undefined) {
    if (flips || crops || resizes || recolors) {
      problems.push(
        'features from disk belong to whole pictures, but dataset.preprocessing changes them at random; add dataset.preprocessing.random_flip=False, random_crop=False, random_resized_crop=False and random_color_exchange=False',
      );
    }
    return problems;
  }
  if (typeof name !== 'string' || !foundationModelNames.includes(name)) {
    problems.push(
      `feature alignment needs a foundation model (${foundationModelNames.join(', ')}), got ${JSON.stringify(name)}; add model.vq_model.use_vf=dinov3, or losses.vf_weight=0`,
    );
  } else if (losses.vf_weights === undefined) {
    problems.push(
      `feature alignment needs the weights of ${name}; add losses.vf_weights=<timm's safetensors file>, or losses.vf_features=<a folder of features>, or losses.vf_weight=0`,
    );
  }
  return problems;
}
