// Saves a chain of matrix products with more than 2 GB of weights: node make-chain.mjs PATH
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { saveOnnx, traceToOnnx } from '@restok/onnx';
import { peakBytes } from './process-of-its-own.mjs';

const SIDE = 4096;
const NUM_MATRICES = 33;

const [path] = process.argv.slice(2);
await tf.setBackend('cpu');
// Tensors of the trace stand for their names alone, so one array serves all.
const zeros = new Float32Array(SIDE ** 2);
const parameters = Array.from({ length: NUM_MATRICES }, (_, i) => ({
  name: `matrix.${i}`,
  tensor: tf.tensor2d(zeros, [SIDE, SIDE]),
  storedShape: [SIDE, SIDE],
  isPublishedFilter: false,
  values: () => Promise.resolve(shifting(shiftOf(i))),
}));
const graph = traceToOnnx(
  (symbols) => ({ y: parameters.reduce((row, { tensor }) => tf.matMul(row, tensor), symbols.input('x')) }),
  { x: { shape: ['batch', SIDE] } },
  { parameters },
);
const startedAt = performance.now();
await saveOnnx(path, graph);
const shift = parameters.reduce((sum, _, i) => sum + shiftOf(i), 0);
process.send({
  seconds: (performance.now() - startedAt) / 1000,
  peakBytes: peakBytes(),
  // Of 0, 1, 2, ...
  expected: Float32Array.from({ length: SIDE }, (_, i) => (i - (shift % SIDE) + SIDE) % SIDE),
});

/** Each matrix another one, so that no two can be taken for each other. */
function shiftOf(matrix) {
  return matrix ** 2 + 1;
}

/** A matrix that moves the values of a row to the right, the last ones to the front. */
function shifting(places) {
  const values = new Float32Array(SIDE ** 2);
  for (let row = 0; row < SIDE; row++) {
    values[row * SIDE + ((row + places) % SIDE)] = 1;
  }
  return values;
}
