// Turns a trained generator into one that ships: float16 weights and measured figures.
//
//   node tooling/ship-model/ship-generator.mjs --model output/emoji-64-generator/model --codes data/emoji-codes \
//     --data data/emoji --tokenizer models/emoji-64/tokenizer --out models/emoji-64/generator
//
// Losses and distances are those of the built command line, so that anybody can ask for them again.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { openEmoji } from '@restok/data';
import { convertWeights } from './convert-weights.mjs';

/** Of pixels, that `restok eval generation` looks at without Inception. */
const NUM_COMPONENTS = 64;
const GUIDANCE_SCALES = [1, 1.5, 2, 2.5, 3, 3.75, 5];
/** Whatever the guidance; the values of the command line. */
const SAMPLING = { guidanceSchedule: { name: 'step', start: 0.25 }, topP: 0.95 };
const SEED = 1;
const program = fileURLToPath(new URL('../../apps/cli/dist/restok.js', import.meta.url));

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    codes: { type: 'string' },
    data: { type: 'string' },
    tokenizer: { type: 'string' },
    out: { type: 'string' },
  },
});
await convertWeights(options.model, options.out);
const test = await openEmoji(options.data, 'test');
const figures = {
  ...(await losses()),
  frechet: await frechetDistances(),
};
await writeFile(join(options.out, 'figures.json'), `${JSON.stringify(figures, null, 2)}\n`);
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);

/** What a command of restok says with --json. */
async function restok(...argv) {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...argv, '--json'], {
    maxBuffer: 2 ** 28,
  });
  return JSON.parse(stdout);
}

/** Cross entropy by level on the test codes, and on as many training codes. */
async function losses() {
  const predict = (split) =>
    restok(
      ...['eval', 'prediction', '--codes', join(options.codes, split), '--generator', options.out],
      ...['--count', String(test.count)],
    );
  const [train, held] = [await predict('train'), await predict('test')];
  return {
    levelSizes: held.levels.map(({ levelSize }) => levelSize),
    train: rounded(train),
    test: rounded(held),
  };
}

/** Distances of generated pictures to the test pictures, one for each of their labels. */
async function frechetDistances() {
  const byGuidance = {};
  for (const guidanceScale of GUIDANCE_SCALES) {
    byGuidance[guidanceScale] = (await generatedDistances(guidanceScale)).frechetPixelComponents;
    process.stderr.write(`guidance ${guidanceScale}: ${byGuidance[guidanceScale]}\n`);
  }
  const ofReconstructions = await distancesOf((samples) =>
    restok(...['decode', join(options.codes, 'test'), '--model', options.tokenizer, '--out', samples]),
  );
  return {
    components: NUM_COMPONENTS,
    pictures: test.count,
    seed: SEED,
    ...SAMPLING,
    byGuidance,
    reconstructions: ofReconstructions.frechetPixelComponents,
    halvesOfTestSet: ofReconstructions.frechetBetweenHalves,
  };
}

/** Of one generated picture for each test picture, of its class. */
function generatedDistances(guidance) {
  const { guidanceSchedule, topP } = SAMPLING;
  return distancesOf((samples) =>
    restok(
      ...['generate', '--like', options.data, '--out', samples, '--seed', String(SEED)],
      ...['--generator', options.out, '--tokenizer', options.tokenizer, '--guidance', String(guidance)],
      ...['--schedule', guidanceSchedule.name, '--start', String(guidanceSchedule.start)],
      ...['--top-p', String(topP)],
    ),
  );
}

/** Distances of the pictures that a command writes as a .npz, and of the halves of the test pictures. */
async function distancesOf(writeSamples) {
  const folder = await mkdtemp(join(tmpdir(), 'restok-samples-'));
  try {
    const samples = join(folder, 'samples.npz');
    await writeSamples(samples);
    const { metrics } = await restok('eval', 'generation', '--samples', samples, '--reference', options.data);
    return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, hundredths(value)]));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function rounded({ settings, metrics, levels }) {
  const round = (value) => Number(value.toFixed(3));
  return {
    count: settings['codes count'],
    loss: round(metrics.loss),
    accuracy: round(metrics.accuracy),
    levelLosses: levels.map(({ loss }) => round(loss)),
    levelAccuracies: levels.map(({ accuracy }) => round(accuracy)),
  };
}

function hundredths(value) {
  return Number(value.toFixed(2));
}
