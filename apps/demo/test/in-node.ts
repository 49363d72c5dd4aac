import '@tensorflow/tfjs-backend-wasm';
import { dispose, setBackend, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
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

/** Pixels of the picture that Node decodes of a row of indices. */
export async function decodeInNode(indices: Int32Array, model: string) {
  await setBackend('wasm');
  const tokenizer = await ResTok.fromPretrained(`${inject('modelsFolder')}/${model}/tokenizer`);
  const side = tokenizer.config.dataset.preprocessing.crop_size;
  const rows = tensor2d(indices, [1, indices.length], 'int32');
  const output = tokenizer.decodeIndices(rows);
  const { pixels } = fromUnitRange(await output.data(), side, side);
  dispose([rows, output]);
  tokenizer.dispose();
  return pixels;
}

/**
 * Pixels of the pictures that Node generates of a class.
 *
 * @param model whose generator and tokenizer do it.
 * @param count how many pictures.
 */
export async function generateInNode(
  className: string,
  options: GenerateOptions,
  model = 'emoji-64',
  count = 1,
) {
  await setBackend('wasm');
  const generator = await Generator.fromPretrained(`${inject('modelsFolder')}/${model}/generator`);
  const label = generator.config.class_names!.indexOf(className);
  const labels = Array.from({ length: count }, () => label);
  const indices = await generator.generateIndices(labels, options);
  const rows = (await indices.array()).map((row) => Int32Array.from(row));
  indices.dispose();
  generator.dispose();
  const pictures: number[][] = [];
  for (const row of rows) {
    pictures.push([...(await decodeInNode(row, model))]);
  }
  return pictures;
}
