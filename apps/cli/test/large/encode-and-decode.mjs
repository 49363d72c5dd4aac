// The measured part of released-size.mjs: loads a model folder, encodes and decodes one picture, reports.
import { memory, tensor4d } from '@tensorflow/tfjs-core';
import { useNodeBackend } from '@restok/backend-node';
import { ResTok } from '@restok/tokenizer';

const [folder] = process.argv.slice(2);
const { gemm, library, threads } = await useNodeBackend();
const seconds = {};
const tensorsBefore = memory().numTensors;

const tokenizer = await timed('load', () => ResTok.fromPretrained(folder));
const { crop_size: side } = tokenizer.config.dataset.preprocessing;
const pixels = tensor4d(
  Float32Array.from({ length: side * side * 3 }, (_, i) => (i % 251) / 250),
  [1, side, side, 3],
);
const { indices, codes } = await timed('encode', () => tokenizer.encode(pixels));
const picture = await timed('decode', () => tokenizer.decodeIndices(indices));
const values = await picture.data();
const result = {
  backend: `${gemm} (${library}), ${threads} threads`,
  seconds,
  numParameters: tokenizer.numParameters,
  indices: [...(await indices.data())],
  finite: values.every(Number.isFinite),
  spread: values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b)),
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
[pixels, indices, codes, picture].forEach((tensor) => tensor.dispose());
tokenizer.dispose();
process.send({ ...result, tensorsLeft: memory().numTensors - tensorsBefore }, () => process.exit(0));

async function timed(name, run) {
  const start = performance.now();
  const value = await run();
  seconds[name] = (performance.now() - start) / 1000;
  return value;
}
