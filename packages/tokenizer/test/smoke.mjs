// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import { fill, grad, setBackend, sum } from '@tensorflow/tfjs-core';
import '@restok/ops/gradients';
import { ResTok } from '@restok/tokenizer';
import { tinyTokenizer } from '../../testing/dist/tiny-configs.js';

await setBackend('cpu');

const tokenizer = new ResTok(tinyTokenizer(), { seed: 1 });
assert.deepEqual([...tokenizer.levelSizes], [1, 1, 2]);

const pixels = fill([2, 8, 8, 3], 0.5);
const { indices, codes } = tokenizer.encode(pixels);
assert.deepEqual(indices.shape, [2, 4]);
assert.deepEqual(codes.shape, [2, 4, 4]);
assert.ok(indices.dataSync().every((index) => index >= 0 && index < 16));

const whole = tokenizer.decode(codes);
assert.deepEqual(whole.shape, [2, 8, 8, 3]);
assert.deepEqual(tokenizer.decodeIndices(indices).dataSync(), whole.dataSync());
assert.deepEqual(tokenizer.decodeIndices(indices, { numKept: 1 }).shape, [2, 8, 8, 3]);

const gradient = grad((x) => sum(tokenizer.forward(x).reconstruction))(pixels);
assert.ok(gradient.dataSync().every(Number.isFinite));
assert.ok(gradient.dataSync().some((value) => value !== 0));
