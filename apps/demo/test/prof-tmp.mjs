import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { ResTok } from '@restok/tokenizer';
await tf.setBackend('wasm');
const t = await ResTok.fromPretrained('/work/main/models/emoji-64/tokenizer');
const px = tf.fill([1, 64, 64, 3], 0.5);
const { codes } = t.encode(px);
t.decode(codes).dispose();
const k = await tf.profile(() => t.decode(codes));
const by = {};
for (const x of k.kernels) {
  const b = (by[x.name] ??= { n: 0, ms: 0 });
  b.n++;
  b.ms += await x.kernelTimeMs;
}
console.log(
  Object.entries(by)
    .sort((a, b) => b[1].ms - a[1].ms)
    .slice(0, 15),
  k.kernels.length,
);
console.log(
  k.kernels
    .sort((a, b) => b.kernelTimeMs - a.kernelTimeMs)
    .slice(0, 12)
    .map((x) => [x.name, x.kernelTimeMs, JSON.stringify(x.inputShapes), JSON.stringify(x.outputShapes)]),
);
