// Runs the chain of make-chain.mjs on the row 0, 1, 2, ...: node run-chain.mjs PATH
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { peakBytes } from './process-of-its-own.mjs';

const [path] = process.argv.slice(2);
const startedAt = performance.now();
const session = await InferenceSession.create(path);
const seconds = (performance.now() - startedAt) / 1000;
const [, side] = session.inputMetadata[0].shape;
const x = Float32Array.from({ length: side }, (_, i) => i);
const { y } = await session.run({ x: new Tensor('float32', x, [1, side]) });
process.send({ seconds, values: y.data, peakBytes: peakBytes() });
