// Exports shipped models to ONNX, checks that the files give the same indices and pictures, and prints what it did.
// Weights of shipped models are float16, so float16 files lose nothing.
//
//   node tooling/ship-model/export-onnx.mjs --out output/onnx [--model models/emoji-64/tokenizer ...]
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { useNodeBackend } from '@restok/backend-node';
import { evaluationCrop, readPicture, toUnitRange } from '@restok/data';
import { Generator } from '@restok/generator';
import { exportGenerator, exportTokenizer, OnnxGenerator, OnnxTokenizer } from '@restok/onnx';
import { ResTok } from '@restok/tokenizer';

const SHIPPED = ['models/emoji-64/tokenizer', 'models/emoji-64/generator'];
const SAMPLES = 'models/emoji-64/samples';
/** Pictures differ by rounding only. */
const TOLERANCE = 1e-4;
const LABELS = [0, 1];

const { values: options } = parseArgs({
  options: { model: { type: 'string', multiple: true }, out: { type: 'string', default: 'output/onnx' } },
});
await useNodeBackend();
for (const model of options.model ?? SHIPPED.filter((folder) => existsSync(join(folder, 'config.json')))) {
  const [collection, kind] = model.split('/').slice(-2);
  const folder = join(options.out, collection, kind);
  const facts =
    kind === 'generator' ? await shipGenerator(model, folder) : await shipTokenizer(model, folder);
  process.stdout.write(`${JSON.stringify({ model, folder, bytes: await bytesIn(folder), ...facts })}\n`);
}

async function shipTokenizer(model, folder) {
  const source = await ResTok.fromPretrained(model);
  await exportTokenizer(source, folder, { weights: 'float16' });
  const exported = await OnnxTokenizer.load(folder);
  const size = source.config.dataset.preprocessing.crop_size;
  let largest = 0;
  const pictures = (await readdir(SAMPLES)).filter((name) => name.endsWith('.png'));
  for (const name of pictures) {
    const values = toUnitRange(evaluationCrop(await readPicture(join(SAMPLES, name)), size));
    const pixels = tf.tensor4d(values, [1, size, size, 3]);
    const { indices, codes } = source.encode(pixels);
    const decoded = source.decodeIndices(indices);
    const encoded = await exported.encode(values);
    assert.deepEqual([...encoded.indices], [...indices.dataSync()], `indices of ${name}`);
    const expected = decoded.dataSync();
    (await exported.decodeIndices(encoded.indices)).forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - expected[i]));
    });
    tf.dispose([pixels, indices, codes, decoded]);
  }
  assert.ok(largest <= TOLERANCE, `pictures differ by ${largest}`);
  await exported.dispose();
  source.dispose();
  return { pictures: pictures.length, largestDifference: largest };
}

async function shipGenerator(model, folder) {
  const source = await Generator.fromPretrained(model);
  await exportGenerator(source, folder, { weights: 'float16' });
  const exported = await OnnxGenerator.load(folder);
  const given = { topK: 1, guidanceScale: source.nullLabel === undefined ? 1 : 2 };
  const expected = await source.generateIndices(LABELS, given);
  assert.deepEqual([...(await exported.generateIndices(LABELS, given))], [...expected.dataSync()]);
  expected.dispose();
  await exported.dispose();
  source.dispose();
  return { greedyIndices: LABELS.length * source.numLatents };
}

async function bytesIn(folder) {
  const sizes = await Promise.all((await readdir(folder)).map((name) => stat(join(folder, name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
