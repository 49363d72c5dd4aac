// Makes a model of the released size with random weights, as model files and as ONNX files, in the folders `model` and
// `onnx` of a folder: node make-released.mjs tokenizer|generator FOLDER
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { generatorSizes, Random } from '@restok/core';
import { Generator } from '@restok/generator';
import { saveModel } from '@restok/hub/node';
import { exportGenerator, exportTokenizer } from '@restok/onnx';
import { ResTok } from '@restok/tokenizer';

const NUM_DRAWS = 2 ** 20;
const DEVIATION = 0.02;
/** What a config leaves out has the published value. */
const TOKENIZER = { model: { vq_model: {} }, dataset: { preprocessing: { crop_size: 256 } } };

const [kind, folder] = process.argv.slice(2);
await tf.setBackend('cpu');
const model =
  kind === 'generator' ? new Generator({ ...generatorSizes['GPT-L'], har: true }) : new ResTok(TOKENIZER);
const random = new Random(1);
const pool = Float32Array.from({ length: NUM_DRAWS }, () => random.normal() * DEVIATION);
for (const [name, parameter] of model.namedParameters()) {
  const values = drawsFrom(random.integer(NUM_DRAWS), parameter.size);
  // Gains near 1, everything else near 0, as after initialisation.
  const isGain = /(norm\d?|norm_out|ln_pre|ln_post)\.weight$|gamma_\d$/.test(name);
  parameter.load(isGain ? values.map((value) => 1 + value) : values);
}
const tensors = [...model.namedParameters()].map(([name, parameter]) => ({
  name,
  shape: [...parameter.publishedShape],
  values: () => parameter.published(),
}));
await saveModel(join(folder, 'model'), { config: model.config, tensors });
const startedAt = performance.now();
const exported = join(folder, 'onnx');
await (kind === 'generator' ? exportGenerator(model, exported) : exportTokenizer(model, exported));
process.send?.({ seconds: (performance.now() - startedAt) / 1000 });

/** The pool again and again from a place of its own: of equal weights ONNX Runtime would keep one copy. */
function drawsFrom(first, length) {
  const values = new Float32Array(length);
  for (let start = 0, from = first; start < length; from = 0) {
    const some = pool.subarray(from, from + length - start);
    values.set(some, start);
    start += some.length;
  }
  return values;
}
