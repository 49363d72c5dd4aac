// The built package under plain Node: no bundler, no alias.
import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import { grad, ones, setBackend, sum } from '@tensorflow/tfjs-core';
import '@restok/ops/gradients';
import { Block, gridPositions, RotaryPositions, visibleKeysOfBlocks } from '@restok/vit';

await setBackend('cpu');

assert.deepEqual(visibleKeysOfBlocks([1, 1, 2]), [1, 2, 4, 4]);

const block = new Block(16, 2);
block.initialize(1);
const rotation = new RotaryPositions(gridPositions({ rows: 2, columns: 2 }, 0), 8, 10000);
const sequence = { rotation: rotation.table, visibleKeys: [1, 2, 4, 4] };
const x = ones([1, 4, 16]);
assert.deepEqual(block.forward(x, sequence).shape, [1, 4, 16]);

const gradient = grad((input) => sum(block.forward(input, sequence)))(x);
assert.deepEqual(gradient.shape, x.shape);
assert.ok(gradient.dataSync().every(Number.isFinite));
