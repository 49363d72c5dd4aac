// Turns a trained generator into one that ships: float16 weights and measured figures.
//
//   node tooling/ship-model/ship-generator.mjs --model output/emoji-64-generator/model --codes data/emoji-codes \
//     --data data/emoji --tokenizer models/emoji-64/tokenizer --out models/emoji-64/generator
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tensor2d } from '@tensorflow/tfjs-core';
import { useNodeBackend } from '@restok/backend-node';
import { fromUnitRange, openCodeFolder, openEmoji } from '@restok/data';
import { Generator } from '@restok/generator';
import { frechetDistance } from '@restok/metrics';
import { ResTok } from '@restok/tokenizer';
import { evaluateGenerator } from '@restok/training';
import { convertWeights } from './convert-weights.mjs';
import { everySecond, NUM_COMPONENTS, pixelFeatures } from './pixel-features.mjs';

const BATCH = 32;
const GUIDANCE_SCALES = [1, 1.5, 2, 2.5, 3, 3.75, 5];
/** Whatever the guidance; the values of the command line. */
const SAMPLING = { guidanceSchedule: { name: 'step', start: 0.25 }, topP: 0.95 };
const SEED = 1;

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    codes: { type: 'string' },
    data: { type: 'string' },
    tokenizer: { type: 'string' },
    out: { type: 'string' },
  },
});
await useNodeBackend();
await convertWeights(options.model, options.out);
const generator = await Generator.fromPretrained(options.out);
const tokenizer = await ResTok.fromPretrained(options.tokenizer);
const test = await openEmoji(options.data, 'test');
const figures = {
  ...(await losses()),
  frechet: await frechetDistances(),
};
await writeFile(join(options.out, 'figures.json'), `${JSON.stringify(figures, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);

/** Cross entropy by level on the test codes, and on as many training codes. */
async function losses() {
  const [train, held] = await Promise.all(
    ['train', 'test'].map((split) => openCodeFolder(join(options.codes, split))),
  );
  const settings = { batchSize: BATCH, maxPictures: held.count };
  return {
    levelSizes: generator.levelSizes,
    train: rounded(await evaluateGenerator(generator, train, settings)),
    test: rounded(await evaluateGenerator(generator, held, settings)),
  };
}

/** Distances of generated pictures to the test pictures, one for each of their labels. */
async function frechetDistances() {
  const statisticsOf = await pixelFeatures(test);
  const reference = await statisticsOf(test);
  const halves = [await statisticsOf(everySecond(test, 0)), await statisticsOf(everySecond(test, 1))];
  const distance = async (pictures) => hundredths(frechetDistance(reference, await statisticsOf(pictures)));
  const { indices, labels } = await readCodes();
  const byGuidance = {};
  for (const guidanceScale of GUIDANCE_SCALES) {
    byGuidance[guidanceScale] = await distance(await decoded(await generated(labels, guidanceScale)));
    process.stderr.write(`guidance ${guidanceScale}: ${byGuidance[guidanceScale]}\n`);
  }
  return {
    components: NUM_COMPONENTS,
    pictures: test.count,
    seed: SEED,
    ...SAMPLING,
    byGuidance,
    reconstructions: await distance(await decoded(indices)),
    halvesOfTestSet: hundredths(frechetDistance(...halves)),
  };
}

async function readCodes() {
  const codes = await openCodeFolder(join(options.codes, 'test'));
  return codes.read(Array.from({ length: codes.count }, (_, i) => i));
}

async function generated(labels, guidanceScale) {
  const all = new Int32Array(labels.length * generator.numLatents);
  for (let start = 0; start < labels.length; start += BATCH) {
    const indices = await generator.generateIndices([...labels.subarray(start, start + BATCH)], {
      ...SAMPLING,
      guidanceScale,
      seed: SEED + start,
    });
    all.set(indices.dataSync(), start * generator.numLatents);
    indices.dispose();
  }
  return all;
}

/** Pictures of indices, as bytes. */
async function decoded(indices) {
  const { numLatents } = tokenizer;
  const count = indices.length / numLatents;
  const pictures = [];
  for (let start = 0; start < count; start += BATCH) {
    const rows = indices.slice(start * numLatents, (start + BATCH) * numLatents);
    const codes = tensor2d(rows, [rows.length / numLatents, numLatents], 'int32');
    const pixels = tokenizer.decodeIndices(codes);
    const values = await pixels.data();
    const size = test.size ** 2 * 3;
    for (let from = 0; from < values.length; from += size) {
      pictures.push(fromUnitRange(values.subarray(from, from + size), test.size, test.size).pixels);
    }
    codes.dispose();
    pixels.dispose();
  }
  return { count, bytes: (index) => pictures[index] };
}

function rounded({ count, loss, accuracy, levelLosses, levelAccuracies }) {
  const round = (value) => Number(value.toFixed(3));
  return {
    count,
    loss: round(loss),
    accuracy: round(accuracy),
    levelLosses: levelLosses.map(round),
    levelAccuracies: levelAccuracies.map(round),
  };
}

function hundredths(value) {
  return Number(value.toFixed(2));
}
