import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { GeneratorConfigInput } from '@restok/core';
import { Random } from '@restok/core';
import { Generator } from '@restok/generator';
import { saveModel } from '@restok/hub/node';
import { TINY_LATENTS } from './tiny-model';

/** The classes of the tiny generator. */
export const TINY_CLASSES = ['cats/noto', 'cats/fluent', 'dogs'];

/** After each of its passes so many latents are there: two one by one, then levels of 2 and 4. */
export const TINY_PASSES = [1, 2, 4, TINY_LATENTS];

const config = {
  n_layer: 2,
  n_head: 2,
  dim: 16,
  multiple_of: 16,
  vocab_size: 64,
  block_size: TINY_LATENTS,
  num_classes: TINY_CLASSES.length,
  class_names: TINY_CLASSES,
  har: true,
  ar_token_num: 2,
} satisfies GeneratorConfigInput;

export interface TinyGeneratorOptions {
  readonly changes?: GeneratorConfigInput;
  /** In the place of every weight. */
  readonly weight?: number;
}

/** A generator that fits the tiny tokenizer, with random weights large enough for classes to matter. */
export async function saveTinyGenerator(
  folder: string,
  { changes, weight }: TinyGeneratorOptions = {},
): Promise<string> {
  await tf.setBackend('cpu');
  const given = { ...config, ...changes };
  const generator = new Generator(given);
  const random = new Random(5);
  try {
    const tensors = [...generator.namedParameters()].map(([name, parameter]) => {
      const centre = name.endsWith('norm.weight') ? 1 : 0;
      parameter.load(
        Float32Array.from({ length: parameter.size }, () => weight ?? centre + 0.3 * random.normal()),
      );
      return { name, shape: parameter.publishedShape, values: () => parameter.published() };
    });
    await saveModel(folder, { config: { ...given, license: 'CC0-1.0' }, tensors });
    return folder;
  } finally {
    generator.dispose();
  }
}
