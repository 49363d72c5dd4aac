import type { TokenizerConfigInput } from '@restok/core';
import { ResTok } from '../src/restok';
import type { ResTokOptions } from '../src/restok-options';

/**
 * A whole tokenizer that is quick on one core: 16 x 16 pictures in patches of 4, eight latents of four values,
 * two scales of image tokens. About 90,000 parameters.
 *
 * @param changes keys of `model.vq_model` to set on top.
 */
export function tinyTokenizerConfig(changes: Readonly<Record<string, unknown>> = {}): TokenizerConfigInput {
  const size = { width: 24, layers: 2, heads: 2 };
  return {
    model: {
      vq_model: {
        codebook_size: 16,
        token_size: 4,
        vit_enc_model_size: size,
        vit_dec_model_size: size,
        vit_enc_patch_size: 4,
        vit_dec_patch_size: 4,
        num_latent_tokens: 8,
        num_min_tokens: 1,
        hierarchy_stages: 2,
        vae_encoder: false,
        pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 1], num_res_blocks: 1, z_channels: 8 },
        ...changes,
      },
    },
    dataset: { preprocessing: { crop_size: 16 } },
  };
}

/** Such a tokenizer with weights large enough that every part of it shows in the output. */
export function tinyTokenizer(
  changes: Readonly<Record<string, unknown>> = {},
  options: Pick<ResTokOptions, 'featureStream'> = {},
): ResTok {
  return new ResTok(tinyTokenizerConfig(changes), {
    seed: 3,
    initialization: 'variancePreserving',
    ...options,
  });
}
