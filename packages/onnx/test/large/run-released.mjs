// Times a model of the released size: node run-released.mjs tokenizer|generator FOLDER [RUNS]
import { OnnxGenerator, OnnxTokenizer } from '@restok/onnx';
import { peakBytes } from './process-of-its-own.mjs';
import { GUIDED, LABELS, PIXELS } from './released-inputs.mjs';

const [kind, folder, runs = '5'] = process.argv.slice(2);
const seconds = {};

async function timed(name, work) {
  const startedAt = performance.now();
  const result = await work();
  (seconds[name] ??= []).push((performance.now() - startedAt) / 1000);
  return result;
}

const { indices, values } = kind === 'generator' ? await runGenerator() : await runTokenizer();
const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
const smallest = values.reduce((least, value) => Math.min(least, value), Infinity);
const measured = {
  seconds: Object.fromEntries(Object.entries(seconds).map(([name, times]) => [name, median(times)])),
  peakBytes: peakBytes(),
  isFinite: values.every(Number.isFinite),
  spread: largest - smallest,
};
if (process.send === undefined) {
  process.stdout.write(`${JSON.stringify(measured)}\n`);
} else {
  process.send({ ...measured, indices, values });
}

async function runTokenizer() {
  const tokenizer = await OnnxTokenizer.load(folder, { threads: 2 });
  await timed('load', () => tokenizer.prepare(['encode', 'decode']));
  const { indices } = await tokenizer.encode(PIXELS);
  await tokenizer.decodeIndices(indices);
  let pictures;
  for (let run = 0; run < Number(runs); run++) {
    await timed('encode', () => tokenizer.encode(PIXELS));
    pictures = await timed('decode', () => tokenizer.decodeIndices(indices));
  }
  return { indices, values: pictures };
}

async function runGenerator() {
  const generator = await timed('load', () => OnnxGenerator.load(folder, { threads: 2 }));
  let indices = await generator.generateIndices(LABELS, GUIDED);
  for (let run = 0; run < Number(runs); run++) {
    indices = await timed('nine passes with guidance', () => generator.generateIndices(LABELS, GUIDED));
  }
  return { indices, values: await generator.forward(indices, LABELS) };
}

function median(times) {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
