// What each type of weights costs an exported model: sizes of the files, and quality on the test pictures of the emoji
// set. Prints the table of packages/onnx/README.md. TensorFlow.js, in the first row, computes with the shipped weights.
//
//   node tooling/ship-model/measure-onnx.mjs [--models models/emoji-64] [--data data/emoji]
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { useNodeBackend } from '@restok/backend-node';
import { fromUnitRange, openEmoji } from '@restok/data';
import { Generator } from '@restok/generator';
import { psnr } from '@restok/metrics';
import { exportGenerator, exportTokenizer, OnnxGenerator, OnnxTokenizer } from '@restok/onnx';
import { ResTok } from '@restok/tokenizer';

const BATCH = 32;
const WEIGHT_TYPES = ['float32', 'float16', 'int8'];
const MEGABYTE = 1e6;

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: 'models/emoji-64' },
    data: { type: 'string', default: 'data/emoji' },
  },
});
await useNodeBackend();
const data = await openEmoji(options.data, 'test');
const labels = Array.from({ length: data.count }, (_, i) => data.label(i));
const folder = await mkdtemp(join(tmpdir(), 'restok-measure-onnx-'));
try {
  const tokenizers = await measureTokenizers(join(options.models, 'tokenizer'));
  const generators = await measureGenerators(join(options.models, 'generator'), tokenizers[0].indices);
  printTable(tokenizers, generators);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Size, PSNR and share of equal indices with TensorFlow.js, then with each type of weights. */
async function measureTokenizers(model) {
  const source = await ResTok.fromPretrained(model);
  const measured = [
    {
      name: 'TensorFlow.js',
      bytes: await bytesIn(model, 'model.safetensors'),
      ...(await reconstruct((pixels, shape) => throughTokenizer(source, pixels, shape))),
    },
  ];
  for (const weights of WEIGHT_TYPES) {
    const exported = join(folder, `tokenizer-${weights}`);
    await exportTokenizer(source, exported, { weights });
    const tokenizer = await OnnxTokenizer.load(exported);
    const result = await reconstruct(async (pixels) => {
      const { indices } = await tokenizer.encode(pixels);
      return { indices, pictures: await tokenizer.decodeIndices(indices) };
    });
    await tokenizer.dispose();
    measured.push({ name: weights, bytes: await bytesIn(exported), ...result });
  }
  source.dispose();
  const [{ indices: expected }] = measured;
  return measured.map((row) => ({ ...row, equal: shareEqual(row.indices, expected) }));
}

function throughTokenizer(tokenizer, pixels, shape) {
  const input = tf.tensor4d(pixels, shape);
  const { indices, codes } = tokenizer.encode(input);
  const pictures = tokenizer.decode(codes);
  const values = { indices: indices.dataSync(), pictures: pictures.dataSync() };
  tf.dispose([input, indices, codes, pictures]);
  return values;
}

/** Mean PSNR of the test pictures, and the indices of all. */
async function reconstruct(run) {
  const { size } = data;
  const length = size * size * 3;
  const indices = [];
  let decibels = 0;
  for (const batch of batches()) {
    const result = await run(await data.read(batch), [batch.length, size, size, 3]);
    indices.push(...result.indices);
    batch.forEach((picture, i) => {
      const values = result.pictures.subarray(i * length, (i + 1) * length);
      decibels += psnr(data.bytes(picture), fromUnitRange(values, size, size).pixels, { peak: 255 });
    });
  }
  return { indices, decibels: decibels / data.count };
}

/** Size and cross entropy of the test pictures, with TensorFlow.js, then with each type of weights. */
async function measureGenerators(model, indices) {
  const source = await Generator.fromPretrained(model);
  const { numLatents } = source;
  const measured = [
    {
      bytes: await bytesIn(model, 'model.safetensors'),
      nats: await crossEntropy(indices, numLatents, (rows, classes) =>
        throughGenerator(source, rows, classes),
      ),
    },
  ];
  for (const weights of WEIGHT_TYPES) {
    const exported = join(folder, `generator-${weights}`);
    await exportGenerator(source, exported, { weights });
    const generator = await OnnxGenerator.load(exported);
    const nats = await crossEntropy(indices, numLatents, (rows, classes) => generator.forward(rows, classes));
    await generator.dispose();
    measured.push({ bytes: await bytesIn(exported), nats });
  }
  source.dispose();
  return measured;
}

function throughGenerator(generator, rows, classes) {
  const indices = tf.tensor2d(rows, [classes.length, generator.numLatents]);
  const labelled = tf.tensor1d(classes, 'int32');
  const logits = generator.forward(indices, labelled);
  const values = logits.dataSync();
  tf.dispose([indices, labelled, logits]);
  return values;
}

/** Mean over all latents of the test pictures, in nats. */
async function crossEntropy(indices, numLatents, forward) {
  let sum = 0;
  for (const batch of batches()) {
    const rows = Int32Array.from(batch.flatMap((i) => indices.slice(i * numLatents, (i + 1) * numLatents)));
    const logits = await forward(
      rows,
      batch.map((i) => labels[i]),
    );
    const vocabularySize = logits.length / rows.length;
    rows.forEach((index, position) => {
      const some = logits.subarray(position * vocabularySize, (position + 1) * vocabularySize);
      const largest = some.reduce((most, value) => Math.max(most, value), -Infinity);
      sum +=
        largest + Math.log(some.reduce((total, value) => total + Math.exp(value - largest), 0)) - some[index];
    });
  }
  return sum / (data.count * numLatents);
}

function* batches() {
  for (let start = 0; start < data.count; start += BATCH) {
    yield Array.from({ length: Math.min(BATCH, data.count - start) }, (_, i) => start + i);
  }
}

function shareEqual(indices, expected) {
  assert.equal(indices.length, expected.length);
  return indices.filter((index, i) => index === expected[i]).length / indices.length;
}

/** Bytes of a file of a folder, or of all. */
async function bytesIn(place, name) {
  const names = name === undefined ? await readdir(place) : [name];
  const sizes = await Promise.all(names.map((each) => stat(join(place, each))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

function printTable(tokenizers, generators) {
  const lines = [
    ['weights', 'tokenizer', `PSNR, ${data.count} pictures`, 'equal indices', 'generator', 'cross entropy'],
    ['---', '---:', '---:', '---:', '---:', '---:'],
    ...tokenizers.map(({ name, bytes, decibels, equal }, i) => [
      name,
      `${(bytes / MEGABYTE).toFixed(1)} MB`,
      `${decibels.toFixed(3)} dB`,
      `${(100 * equal).toFixed(2)} %`,
      `${(generators[i].bytes / MEGABYTE).toFixed(1)} MB`,
      `${generators[i].nats.toFixed(4)} nats`,
    ]),
  ];
  process.stdout.write(lines.map((cells) => `| ${cells.join(' | ')} |\n`).join(''));
}
