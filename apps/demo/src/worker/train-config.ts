import type { TokenizerTrainingConfig } from '@restok/training/browser';
import { parseTokenizerTrainingConfig } from '@restok/training/browser';
import type { TrainRequest } from '../engine/train-api';

/** Pictures of a step. */
export const BATCH = 8;

/** Steps before codes are used: latents find their place first. */
const UNQUANTIZED_SHARE = 0.15;
const WARMUP_SHARE = 0.05;

/** A tokenizer that a tab can train, and how it is trained. */
export function trainConfig({ side, steps, seed }: TrainRequest): TokenizerTrainingConfig {
  const vit = { width: 64, layers: 2, heads: 2 };
  return parseTokenizerTrainingConfig({
    experiment: { output_dir: 'none: a tab has no folder' },
    model: {
      vq_model: {
        codebook_size: 256,
        token_size: 8,
        use_l2_norm: true,
        num_latent_tokens: 16,
        num_min_tokens: 1,
        test_num_latent_tokens: 16,
        vit_enc_model_size: vit,
        vit_dec_model_size: vit,
        // A grid of eight by eight at every size.
        vit_enc_patch_size: side / 8,
        vit_dec_patch_size: side / 8,
        hierarchy_stages: 2,
        learnable_dec_image_tokens: false,
        vae_encoder: false,
        is_legacy: false,
        drop_latent_tokens: true,
        drop_prob: 0.2,
        encoder_feature_supervision: false,
        decoder_feature_supervision: false,
        pixel_cnn: {
          hidden_channels: 32,
          channel_mult: new Array<number>(Math.log2(side / 8) + 1).fill(1),
          num_res_blocks: 1,
          z_channels: 64,
        },
      },
    },
    losses: { reconstruction_loss: 'l2', quantizer_weight: 0.1, vf_weight: 0 },
    dataset: {
      params: { train_shards_path_or_url: 'none: pictures are in memory' },
      preprocessing: { crop_size: side },
    },
    optimizer: { params: { learning_rate: 2e-3, beta2: 0.95 } },
    lr_scheduler: {
      scheduler: 'cosine',
      params: { warmup_steps: Math.round(steps * WARMUP_SHARE), end_lr: 2e-4 },
    },
    training: {
      per_gpu_batch_size: BATCH,
      max_train_steps: steps,
      max_grad_norm: 1,
      use_ema: false,
      seed,
      initialization: 'variancePreserving',
      output_bias_from_data: true,
      unquantized_steps: Math.round(steps * UNQUANTIZED_SHARE),
      code_revival_steps: 25,
    },
  });
}
