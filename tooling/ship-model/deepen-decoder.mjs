// Gives the decoder of a tokenizer more blocks and leaves what it computes as it is: each new block repeats the one
// before it, with layer scales of zero, so that it passes its input on until training opens it.
//
//   node tooling/ship-model/deepen-decoder.mjs --model models/emoji-64/tokenizer --layers 10 --out output/deeper
import { parseArgs } from 'node:util';
import { openModel } from '@restok/hub';
import { saveModel } from '@restok/hub/node';

const BLOCK = /^decoder\.blocks\.(\d+)\.(.+)$/;

const { values: options } = parseArgs({
  options: { model: { type: 'string' }, layers: { type: 'string' }, out: { type: 'string' } },
});
const model = await openModel(options.model);
const config = structuredClone(model.config);
const size = config.model.vq_model.vit_dec_model_size;
const before = size.layers;
size.layers = Number(options.layers);

const tensors = [];
for (const [name, { shape }] of model.weights.entries) {
  const values = await model.weights.read(name);
  const block = BLOCK.exec(name);
  if (block === null) {
    tensors.push({ name, shape, values: () => values });
    continue;
  }
  const [, old, part] = block;
  placesOf(Number(old)).forEach((place, copy) => {
    const isClosed = copy > 0 && part.startsWith('gamma_');
    const placed = isClosed ? new Float32Array(values.length) : values;
    tensors.push({ name: `decoder.blocks.${place}.${part}`, shape, values: () => placed });
  });
}
await saveModel(options.out, { config, tensors }, { dtype: 'F32' });
await model.close();

/** Where a block of before and its repetitions stand, the one that was there first. */
function placesOf(old) {
  return Array.from({ length: size.layers }, (_, place) => place).filter(
    (place) => Math.floor((place * before) / size.layers) === old,
  );
}
