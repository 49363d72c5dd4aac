import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { TokenizerConfigInput } from '@restok/core';
import { saveModel } from '@restok/hub/node';
import { ResTok } from '@restok/tokenizer';

const VIT = { width: 16, layers: 2, heads: 2 };

/** Sides of the pictures of the tiny model. */
export const TINY_SIZE = 16;

/** 8 latents in levels of 1, 1, 2 and 4. */
export const TINY_LATENTS = 8;

export const tinyConfig: TokenizerConfigInput = {
  model: {
    vq_model: {
      codebook_size: 64,
      num_latent_tokens: TINY_LATENTS,
      vit_enc_model_size: VIT,
      vit_dec_model_size: VIT,
      vit_enc_patch_size: 4,
      vit_dec_patch_size: 4,
      hierarchy_stages: 2,
      is_legacy: false,
      pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 1], num_res_blocks: 1, z_channels: 16 },
    },
  },
  dataset: { preprocessing: { crop_size: TINY_SIZE } },
};

/** A model folder with random weights, whose pictures differ from each other. */
export async function saveTinyModel(folder: string): Promise<string> {
  await tf.setBackend('cpu');
  const tokenizer = new ResTok(tinyConfig, { seed: 3, initialization: 'variancePreserving' });
  try {
    const tensors = [...tokenizer.namedParameters()].map(([name, parameter]) => ({
      name,
      shape: parameter.publishedShape,
      values: () => parameter.published(),
    }));
    await saveModel(folder, { config: { ...tinyConfig, license: 'CC0-1.0' }, tensors });
    return folder;
  } finally {
    tokenizer.dispose();
  }
}
