// Exports a model of the released size with random weights: node make-released.mjs tokenizer|generator FOLDER
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { generatorSizes, Random } from '@restok/core';
import { Generator } from '@restok/generator';
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
  // Gains near 1, everything else near 0, as after initialisation.
  const centre = /(norm\d?|norm_out|ln_pre|ln_post)\.weight$|gamma_\d$/.test(name) ? 1 : 0;
  const values = new Float32Array(parameter.size);
  for (let start = 0; start < values.length; start += NUM_DRAWS) {
    values.set(pool.subarray(0, Math.min(NUM_DRAWS, values.length - start)), start);
  }
  parameter.load(centre === 0 ? values : values.map((value) => centre + value));
}
const startedAt = performance.now();
await (kind === 'generator' ? exportGenerator(model, folder) : exportTokenizer(model, folder));
process.send?.({ seconds: (performance.now() - startedAt) / 1000 });
