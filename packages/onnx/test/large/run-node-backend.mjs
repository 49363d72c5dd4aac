// What backend-node makes of the same: node run-node-backend.mjs tokenizer|generator MODEL
import * as tf from '@tensorflow/tfjs-core';
import { useNodeBackend } from '@restok/backend-node';
import { Generator } from '@restok/generator';
import { ResTok } from '@restok/tokenizer';
import { GUIDED, LABELS, PIXELS } from './released-inputs.mjs';

const [kind, folder] = process.argv.slice(2);
await useNodeBackend();
process.send(kind === 'generator' ? await runGenerator() : await runTokenizer(), () => process.exit(0));

async function runTokenizer() {
  const tokenizer = await ResTok.fromPretrained(folder);
  const { crop_size: side } = tokenizer.config.dataset.preprocessing;
  const { indices } = tokenizer.encode(tf.tensor4d(PIXELS, [1, side, side, 3]));
  const pictures = tokenizer.decodeIndices(indices);
  return { indices: await indices.data(), values: await pictures.data() };
}

async function runGenerator() {
  const generator = await Generator.fromPretrained(folder);
  const indices = await generator.generateIndices(LABELS, GUIDED);
  const logits = generator.forward(indices, tf.tensor1d(LABELS, 'int32'));
  return { indices: await indices.data(), values: await logits.data() };
}
