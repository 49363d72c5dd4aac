// Writes a generator's model card from its config and measured figures.
//
//   node tooling/ship-model/generator-card.mjs --model models/emoji-64/generator
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { model: { type: 'string' } } });
const read = async (name) => JSON.parse(await readFile(join(options.model, name), 'utf8'));
const [config, figures, training, { size }] = await Promise.all([
  read('config.json'),
  read('figures.json'),
  read('training.json'),
  stat(join(options.model, 'model.safetensors')),
]);
await writeFile(join(options.model, 'README.md'), card());

function card() {
  const { train, test, levelSizes, frechet } = figures;
  const { byGuidance } = frechet;
  const { naming } = training;
  const [best, distance] = Object.entries(byGuidance).reduce((a, b) => (b[1] < a[1] ? b : a));
  return `# emoji-64 generator

New 64 x 64 pictures of ${config.num_classes} classes, category by style, in ${training.passes} forward passes: whole levels of latents at a time,
for the [emoji-64 tokenizer](../tokenizer). Trained from scratch by this repository.

![Six pictures of every class](samples.png)

_Not chosen: ${training.samples}._

## Figures

Cross entropy in nats, a uniform guess being ${Math.log(config.vocab_size).toFixed(2)}, without dropout; ${train.count.toLocaleString('en')} pictures of each split. The test
pictures are kept apart by code name, as the tokenizer's are.

| level | latents | training | test | right at first guess, test |
| ----- | ------- | -------- | ---- | -------------------------- |
${levelSizes.map((latents, level) => lossRow(level, latents)).join('\n')}
| all | ${levelSizes.reduce((sum, latents) => sum + latents, 0)} | ${train.loss.toFixed(2)} | ${test.loss.toFixed(2)} | ${percent(test.accuracy)} |

How far generated pictures are from the ${frechet.pictures.toLocaleString('en')} test pictures, one generated for each of their labels: the Fréchet
distance of the first ${frechet.components} principal components of the pixels (0 ... 1, components of the test pictures), which sees
colours and layout but no meaning. Schedule \`${frechet.guidanceSchedule.name}\` from ${frechet.guidanceSchedule.start}, top-p ${frechet.topP}, temperature 1, seed ${frechet.seed}.

| pictures | Fréchet distance |
| -------- | ---------------- |
${Object.entries(byGuidance)
  .sort(([a], [b]) => a - b)
  .map(([scale, value]) => `| guidance ${scale} | ${value.toFixed(2)} |`)
  .join('\n')}
| the test pictures through the tokenizer | ${frechet.reconstructions.toFixed(2)} |
| one half of the test pictures against the other, the floor | ${frechet.halvesOfTestSet.toFixed(2)} |

A classifier of the set's nine categories names ${naming.samples} % of the pictures generated with guidance ${naming.guidance} as they were
asked for, ${naming.before} % of those of the generator before its last ${training.longerSteps.toLocaleString('en')} steps, and ${naming.test} % of the test pictures
themselves, all as the tokenizer draws them ([how](../../../tooling/naming-samples)).

Guidance ${best} is nearest, with ${distance.toFixed(2)}. ${training.verdict}

The tables again; every evaluation of pictures tells the floor, too:

\`\`\`sh
npm run -s restok -- eval prediction --codes data/emoji-codes
npm run -s restok -- generate --like data/emoji --out samples.npz --seed ${frechet.seed} --guidance ${best} \\
  --schedule ${frechet.guidanceSchedule.name} --start ${frechet.guidanceSchedule.start} --top-p ${frechet.topP}
npm run -s restok -- eval generation --samples samples.npz --reference data/emoji
npm run -s restok -- decode data/emoji-codes/test --out decoded.npz
npm run -s restok -- eval generation --samples decoded.npz --reference data/emoji
\`\`\`

## How it was made

${training.parameters} parameters: width ${config.dim}, ${config.n_layer} layers, ${config.n_head} heads; ${(size / 1e6).toFixed(1)} MB in float16. ${training.steps.toLocaleString('en')} steps of ${training.batch} pictures (each
plain or mirrored), then ${training.longerSteps.toLocaleString('en')} more with the rate up again; seed ${training.seed}, ${training.hours} hours on two cores that did other work, too; weights are the moving average.

\`\`\`sh
${training.command}
\`\`\`

${training.notes}

\`training.yaml\` and \`longer.yaml\` are the configs, \`log.jsonl\` and \`longer-log.jsonl\` the logs, \`figures.json\` the tables above.

## Licence and credits

Weights: Apache-2.0. Trained on Noto Emoji (Google, Apache-2.0), Twemoji (Twitter and contributors, CC-BY 4.0) and
Fluent Emoji (Microsoft, MIT); see [the credits of the samples](../samples/CREDITS.md).

## Limits

${training.limits}
`;
}

function lossRow(level, latents) {
  const { train, test } = figures;
  return `| ${level} | ${latents} | ${train.levelLosses[level].toFixed(2)} | ${test.levelLosses[level].toFixed(2)} | ${percent(test.levelAccuracies[level])} |`;
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
