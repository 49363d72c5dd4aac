// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import { grad, setBackend, sum, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import '@restok/ops/gradients';
import { VectorQuantizer } from '@restok/quantizer';

await setBackend('cpu');

const quantizer = new VectorQuantizer({
  codebookSize: 3,
  codeWidth: 2,
  normalize: false,
  commitmentLossWeight: 0.25,
  entropyLossWeight: 0,
});
quantizer.initialize(1);
const codebook = [
  [0, 0],
  [1, 0],
  [0, 4],
];
quantizer.replaceCodebook(tensor2d(codebook));

const latents = tensor3d([[[0.9, 0.1], [0, 3]]]); // prettier-ignore
const { codes, indices } = quantizer.quantize(latents);
assert.deepEqual([...indices.dataSync()], [1, 2]);
assert.deepEqual([...codes.dataSync()], [1, 0, 0, 4]);

// Straight through: the latents get the gradient of the codes.
const gradient = grad((z) => sum(quantizer.quantize(z).codes))(latents);
assert.deepEqual([...gradient.dataSync()], [1, 1, 1, 1]);
