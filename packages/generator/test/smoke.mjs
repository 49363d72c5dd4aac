// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import { grads, memory, setBackend, sum, tensor1d } from '@tensorflow/tfjs-core';
import '@restok/ops/gradients';
import { Generator } from '@restok/generator';

await setBackend('cpu');

const generator = new Generator(
  {
    n_layer: 2,
    n_head: 2,
    dim: 16,
    vocab_size: 12,
    block_size: 8,
    num_classes: 3,
    har: true,
    ar_token_num: 2,
  },
  { seed: 1 },
);
assert.deepEqual([...generator.levelSizes], [1, 1, 2, 4]);

const sizes = [];
for await (const { firstLatent, indices } of generator.generate([0, 2], { guidanceScale: 2, seed: 3 })) {
  assert.ok(indices.every((index) => index >= 0 && index < 12));
  sizes.push([firstLatent, indices.length / 2]);
}
assert.deepEqual(sizes, [
  [0, 1],
  [1, 1],
  [2, 2],
  [4, 4],
]);

const before = memory().numTensors;
const indices = await generator.generateIndices([0, 2], { guidanceScale: 2, seed: 3 });
assert.equal(memory().numTensors, before + 1);
assert.deepEqual(indices.shape, [2, 8]);

// The output head starts at 0, so every logit is 0 and the head alone has a gradient.
const labels = tensor1d([0, 2], 'int32');
const logits = generator.forward(indices, labels);
assert.deepEqual(logits.shape, [2, 8, 12]);
assert.ok(logits.dataSync().every((value) => value === 0));
const parameters = [...generator.namedParameters()];
const gradients = grads(() => sum(generator.forward(indices, labels)))(
  parameters.map(([, { value }]) => value),
);
const head = parameters.findIndex(([name]) => name === 'output.weight');
assert.ok(gradients.every((gradient) => gradient.dataSync().every(Number.isFinite)));
assert.ok(gradients[head].dataSync().some((value) => value !== 0));
