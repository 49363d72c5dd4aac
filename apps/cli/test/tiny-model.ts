import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { saveModel } from '@restok/hub/node';
import { tinyTokenizer } from '@restok/testing';
import { ResTok } from '@restok/tokenizer';

/** Sides of the pictures of the tiny model. */
export const TINY_SIZE = 16;

/** 8 latents in levels of 1, 1, 2 and 4. */
export const TINY_LATENTS = 8;

const tinyConfig = tinyTokenizer({ codebook_size: 64, num_latent_tokens: TINY_LATENTS }, TINY_SIZE);

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
