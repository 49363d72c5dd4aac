// npm run quickstart: installs, builds, and shows the shipped models at work in one picture.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, installDependencies, requireNode } from './prepare.mjs';
import { root } from './repository.mjs';
import { runLogged } from './run-logged.mjs';
import { step } from './step.mjs';

const MODEL = 'models/emoji-64';
const FOLDER = 'quickstart';
const SAMPLING = ['--guidance', '3.75', '--schedule', 'step', '--start', '0.25', '--top-p', '0.95'];
const CLASSES = 'people/noto,animals/fluent,smileys/noto,flags/twemoji';

/** What a user would type; `npm run -s restok -- --help` lists the others. */
const examples = [
  {
    title: `Reconstructing the pictures of ${MODEL}/samples`,
    grid: `${FOLDER}/grid.png`,
    shows: 'Each row: the original, then what its first 1, 4, 16 and all 64 latents give back.',
    command: ['reconstruct', ...samples(), '--keep', '1,4,16,64', '--out', FOLDER],
  },
  {
    title: 'Generating six pictures of four classes',
    grid: `${FOLDER}/generated.png`,
    shows: 'New pictures, six of each class.',
    command: [
      'generate',
      '--class',
      CLASSES,
      '--count',
      '6',
      '--seed',
      '1',
      ...SAMPLING,
      '--out',
      `${FOLDER}/generated`,
    ],
  },
  {
    title: 'Generating one picture pass by pass',
    grid: `${FOLDER}/passes.png`,
    shows: 'One picture after each of its passes: from one latent to all.',
    command: [
      ...['generate', '--class', 'people/noto', '--seed', '6', '--previews', ...SAMPLING],
      ...['--out', `${FOLDER}/passes`],
    ],
  },
];

requireNode();
await step('Installing the dependencies', installDependencies);
await step('Building', () => build('restok'));
for (const { title, grid, command } of examples) {
  await step(title, () => restok([...command, '--grid', grid]));
  if (!existsSync(join(root, grid))) {
    process.stderr.write(
      `quickstart: the command ended well but wrote no ${grid}. See output/logs/quickstart-${command[0]}.log.\n`,
    );
    process.exit(1);
  }
}
process.stdout.write(`\n${examples.map(({ grid, shows }) => `${shows}\n  ${join(root, grid)}\n`).join('')}`);

/** @param {readonly string[]} args of the command line. */
function restok(args) {
  return runLogged(`quickstart-${args[0]}`, [process.execPath, 'apps/cli/dist/restok.js', ...args]);
}

function samples() {
  return readdirSync(join(root, MODEL, 'samples'))
    .filter((name) => name.endsWith('.png'))
    .sort()
    .map((name) => `${MODEL}/samples/${name}`);
}
