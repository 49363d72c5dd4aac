import { z } from 'zod';
import { configLimits, countUpTo, tooLarge } from './config-limits';

/** Width, depth and heads of a ViT. */
export interface VitSize {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
}

/** Published ViT sizes. @source method.md, section 1. */
export const vitSizes = {
  small: { width: 512, layers: 6, heads: 8 },
  base: { width: 768, layers: 12, heads: 12 },
  large: { width: 1024, layers: 24, heads: 16 },
} as const satisfies Record<string, VitSize>;

/** The published pixel CNN. @source method.md, section 2. */
export const publishedPixelCnn = {
  hidden_channels: 128,
  channel_mult: [1, 1, 2, 2, 4],
  num_res_blocks: 2,
  z_channels: 256,
};

/** Side of the published model's pictures, in pixels. @source method.md, section 1. */
const publishedCropSize = 256;

const width = countUpTo(configLimits.width);
const layers = countUpTo(configLimits.layers);
const positions = countUpTo(configLimits.positions);
const vitSize = z.union(
  [
    z.enum(['small', 'base', 'large']),
    z.object({ width, layers, heads: countUpTo(configLimits.heads) }).loose(),
  ],
  { error: 'must be small, base, large or { width, layers, heads } of positive whole numbers' },
);
const pixelCnn = z
  .object({
    hidden_channels: width.default(publishedPixelCnn.hidden_channels),
    channel_mult: z.array(width).min(1).max(configLimits.halvings).default(publishedPixelCnn.channel_mult),
    // 0 leaves the convolutions that change the resolution.
    num_res_blocks: z
      .number()
      .int()
      .nonnegative()
      .max(configLimits.layers, { error: tooLarge(configLimits.layers) })
      .default(publishedPixelCnn.num_res_blocks),
    z_channels: width.default(publishedPixelCnn.z_channels),
  })
  .loose();

/** Keys of `model.vq_model`; defaults are the values that the authors publish. */
const vqModel = z
  .object({
    codebook_size: countUpTo(configLimits.codes).default(8192),
    token_size: width.default(8),
    // Ours, absent from published files: the key of a quantiser of @restok/quantizer, and the levels of fsq.
    quantizer: z.enum(['vq', 'fsq']).optional(),
    fsq_levels: z.array(z.number().int().min(2)).min(1).max(configLimits.width).optional(),
    use_l2_norm: z.boolean().default(true),
    commitment_cost: z.number().nonnegative().default(0.25),
    entropy_loss_ratio: z.number().nonnegative().default(0),
    clustering_vq: z.boolean().default(false),
    vit_enc_model_size: vitSize.default('large'),
    vit_dec_model_size: vitSize.default('large'),
    vit_enc_patch_size: countUpTo(configLimits.side).default(16),
    vit_dec_patch_size: countUpTo(configLimits.side).default(16),
    rope_base_len: z.number().positive().default(10000),
    num_latent_tokens: positions.default(128),
    num_min_tokens: positions.default(4),
    test_num_latent_tokens: positions.optional(),
    merge_tokens: z.boolean().default(true),
    hierarchy_stages: z
      .number()
      .int()
      .nonnegative()
      .max(configLimits.halvings, { error: tooLarge(configLimits.halvings) })
      .default(4),
    // Ours, absent from published files: the key of a merging method of @restok/tokenizer.
    merge_method: z.enum(['everySecond', 'averagePool']).optional(),
    reduction_ratio: z.number().default(0.5),
    residual_image_tokens: z.boolean().default(true),
    residual_latent_tokens: z.boolean().default(true),
    learnable_latent_tokens: z.boolean().default(false),
    learnable_dec_image_tokens: z.boolean().default(true),
    multi_quant: z.boolean().default(true),
    vae_encoder: z.boolean().default(true),
    is_legacy: z.boolean().default(true),
    drop_latent_tokens: z.boolean().default(true),
    drop_prob: z.number().min(0).max(1).default(0.2),
    latent_hierarchy: z.boolean().default(true),
    encoder_feature_supervision: z.boolean().default(false),
    decoder_feature_supervision: z.boolean().default(false),
    learnable_dec_feat_tokens: z.boolean().default(true),
    pixel_cnn: pixelCnn.default(publishedPixelCnn),
  })
  .loose();

/** What {@link TokenizerConfig} is checked with, key by key. */
export const tokenizerConfig = z
  .object({
    model: z.object({ vq_model: vqModel }).loose(),
    dataset: z
      .object({
        preprocessing: z
          .object({ crop_size: countUpTo(configLimits.side).default(publishedCropSize) })
          .loose()
          .default({ crop_size: publishedCropSize }),
      })
      .loose()
      .default({ preprocessing: { crop_size: publishedCropSize } }),
  })
  .loose();

/**
 * A tokenizer's config in the nested form of published files; unknown keys are kept. Make one with
 * `parseTokenizerConfig`.
 */
export type TokenizerConfig = z.infer<typeof tokenizerConfig>;

/** What `parseTokenizerConfig` accepts: every key with a published value may be left out. */
export type TokenizerConfigInput = z.input<typeof tokenizerConfig>;

/** The keys of `model.vq_model`. */
export type VqModelConfig = TokenizerConfig['model']['vq_model'];

/** Width, layers and heads of a size given by name or in full. */
export function resolveVitSize(size: VqModelConfig['vit_enc_model_size']): VitSize {
  return typeof size === 'string' ? vitSizes[size] : size;
}
