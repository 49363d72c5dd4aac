// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { Generator } from '@restok/generator';
import {
  encodeOnnx,
  exportGenerator,
  exportTokenizer,
  OnnxGenerator,
  OnnxTokenizer,
  traceToOnnx,
} from '@restok/onnx';
import { ResTok } from '@restok/tokenizer';
import { tinyTokenizer } from '../../testing/dist/tiny-configs.js';

await tf.setBackend('cpu');
const folder = await mkdtemp(join(tmpdir(), 'restok-onnx-smoke-'));
try {
  const source = new ResTok(tinyTokenizer(), { seed: 1 });
  await exportTokenizer(source, join(folder, 'tokenizer'));
  const tokenizer = await OnnxTokenizer.load(join(folder, 'tokenizer'));
  const pixels = tf.fill([2, 8, 8, 3], 0.5);
  const { indices } = await tokenizer.encode(pixels.dataSync());
  assert.deepEqual([...indices], [...source.encode(pixels).indices.dataSync()]);
  assert.equal((await tokenizer.decodeIndices(indices)).length, 2 * 8 * 8 * 3);
  await tokenizer.dispose();

  const config = { n_layer: 2, n_head: 2, dim: 16, vocab_size: 12, block_size: 8, num_classes: 3, har: true };
  await exportGenerator(
    new Generator({ ...config, ar_token_num: 2 }, { seed: 1 }),
    join(folder, 'generator'),
  );
  const generator = await OnnxGenerator.load(join(folder, 'generator'));
  const generated = await generator.generateIndices([0, 2], { guidanceScale: 2, seed: 3 });
  assert.equal(generated.length, 2 * 8);
  assert.ok(generated.every((index) => index >= 0 && index < 12));
  await generator.dispose();

  const graph = traceToOnnx((symbols) => ({ y: tf.relu(symbols.input('x')) }), { x: { shape: ['n'] } });
  assert.ok((await encodeOnnx(graph)).length > 50);
} finally {
  await rm(folder, { recursive: true, force: true });
}
