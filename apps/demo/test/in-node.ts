import '@tensorflow/tfjs-backend-wasm';
import { dispose, setBackend, tensor4d } from '@tensorflow/tfjs-core';
import { evaluationCrop, fromUnitRange, readPicture, toUnitRange } from '@restok/data';
import type { GenerateOptions } from '@restok/generator';
import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import { inject } from 'vitest';

/** The side of the shipped model's pictures. */
const SIDE = 64;

/** What Node makes of one of the site's samples: its indices, and the pixels of some numbers of latents. */
export async function reconstructInNode(sample: string, numKept: readonly number[]) {
  await setBackend('wasm');
  const folder = `${inject('modelsFolder')}/emoji-64`;
  const tokenizer = await ResTok.fromPretrained(`${folder}/tokenizer`);
  const picture = evaluationCrop(await readPicture(`${folder}/samples/${sample}`), SIDE);
  const pixels = tensor4d(toUnitRange(picture), [1, SIDE, SIDE, 3]);
  const { indices, codes } = tokenizer.encode(pixels);
  const decoded: number[][] = [];
  for (const kept of numKept) {
    const output = tokenizer.decode(codes, { numKept: kept });
    decoded.push([...fromUnitRange(await output.data(), SIDE, SIDE).pixels]);
    output.dispose();
  }
  const values = [...(await indices.data())];
  dispose([pixels, indices, codes]);
  tokenizer.dispose();
  return { indices: values, decoded };
}

/**
 * Pixels of the picture that Node generates of a class.
 *
 * @param model whose generator and tokenizer do it.
 */
export async function generateInNode(className: string, options: GenerateOptions, model = 'emoji-64') {
  await setBackend('wasm');
  const folder = `${inject('modelsFolder')}/${model}`;
  const generator = await Generator.fromPretrained(`${folder}/generator`);
  const tokenizer = await ResTok.fromPretrained(`${folder}/tokenizer`);
  const side = tokenizer.config.dataset.preprocessing.crop_size;
  const indices = await generator.generateIndices(
    [generator.config.class_names!.indexOf(className)],
    options,
  );
  const output = tokenizer.decodeIndices(indices);
  const { pixels } = fromUnitRange(await output.data(), side, side);
  dispose([indices, output]);
  generator.dispose();
  tokenizer.dispose();
  return pixels;
}
