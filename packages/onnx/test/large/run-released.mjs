// Times a model of the released size: node run-released.mjs tokenizer|generator FOLDER [RUNS]
import { readFileSync } from 'node:fs';
import { OnnxGenerator, OnnxTokenizer } from '@restok/onnx';

const [kind, folder, runs = '5'] = process.argv.slice(2);
const seconds = {};

async function timed(name, work) {
  const startedAt = performance.now();
  const result = await work();
  (seconds[name] ??= []).push((performance.now() - startedAt) / 1000);
  return result;
}

const values = kind === 'generator' ? await runGenerator() : await runTokenizer();
const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
const smallest = values.reduce((least, value) => Math.min(least, value), Infinity);
const result = {
  seconds: Object.fromEntries(Object.entries(seconds).map(([name, times]) => [name, median(times)])),
  peakBytes: peakBytes(),
  isFinite: values.every(Number.isFinite),
  spread: largest - smallest,
};
if (process.send === undefined) {
  process.stdout.write(`${JSON.stringify(result)}\n`);
} else {
  process.send(result);
}

async function runTokenizer() {
  const tokenizer = await OnnxTokenizer.load(folder, { threads: 2 });
  const pixels = Float32Array.from({ length: 256 * 256 * 3 }, (_, i) => (i % 251) / 250);
  await timed('load', () => tokenizer.prepare(['encode', 'decode']));
  const { indices } = await tokenizer.encode(pixels);
  await tokenizer.decodeIndices(indices);
  let pictures = pixels;
  for (let run = 0; run < Number(runs); run++) {
    await timed('encode', () => tokenizer.encode(pixels));
    pictures = await timed('decode', () => tokenizer.decodeIndices(indices));
  }
  return pictures;
}

async function runGenerator() {
  const generator = await timed('load', () => OnnxGenerator.load(folder, { threads: 2 }));
  const guided = { guidanceScale: 3.75, seed: 1 };
  let indices = await generator.generateIndices([1], guided);
  for (let run = 0; run < Number(runs); run++) {
    indices = await timed('nine passes with guidance', () => generator.generateIndices([1], guided));
  }
  return [...indices];
}

function median(times) {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

/** The most memory that this process has had, by Linux's own account. */
function peakBytes() {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
}
