import type { ConfigTree, TokenizerConfigInput } from '@restok/core';

/**
 * A whole tokenizer that takes milliseconds: square pictures in patches of 4, four latents of four values, 16 codes,
 * two scales of image tokens.
 *
 * @param changes keys of `model.vq_model` to set on top.
 * @param cropSize sides of its pictures, in pixels.
 */
export function tinyTokenizer(
  changes: Readonly<Record<string, unknown>> = {},
  cropSize = 8,
): TokenizerConfigInput {
  const size = { width: 16, layers: 2, heads: 2 };
  return {
    model: {
      vq_model: {
        codebook_size: 16,
        token_size: 4,
        num_latent_tokens: 4,
        num_min_tokens: 1,
        vit_enc_model_size: size,
        vit_dec_model_size: { ...size },
        vit_enc_patch_size: 4,
        vit_dec_patch_size: 4,
        hierarchy_stages: 2,
        is_legacy: false,
        pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 1], num_res_blocks: 1, z_channels: 16 },
        ...changes,
      },
    },
    dataset: { preprocessing: { crop_size: cropSize } },
  };
}

/**
 * A training of {@link tinyTokenizer}, in the authors' form: batches of two pictures, a constant learning rate.
 * `overrideConfig` sets other values, as on a command line.
 */
export function tinyTraining(changes: Readonly<Record<string, unknown>> = {}, cropSize = 8): ConfigTree {
  const { model, dataset } = tinyTokenizer(changes, cropSize);
  return {
    experiment: { output_dir: 'nowhere' },
    model,
    dataset: { params: { train_shards_path_or_url: 'nowhere' }, ...dataset },
    optimizer: { params: { learning_rate: 1e-3 } },
    lr_scheduler: { scheduler: 'constant', params: { warmup_steps: 0 } },
    training: { per_gpu_batch_size: 2, max_train_steps: 20, seed: 1 },
  };
}
