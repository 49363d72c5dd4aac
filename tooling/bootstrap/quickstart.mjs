// npm run quickstart: installs, builds, and shows the shipped models at work in one picture.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildEverything, installDependencies, requireNode } from './prepare.mjs';
import { root } from './repository.mjs';
import { runLogged } from './run-logged.mjs';

const MODEL = 'models/emoji-64';
const GRID = 'quickstart/grid.png';

requireNode();
await step('Installing the dependencies', installDependencies);
await step('Building', buildEverything);
await step(`Reconstructing the pictures of ${MODEL}/samples`, () =>
  runLogged('quickstart', reconstructSamples()),
);

if (!existsSync(join(root, GRID))) {
  process.stderr.write(
    `quickstart: the command ended well but wrote no ${GRID}. See output/logs/quickstart.log.\n`,
  );
  process.exit(1);
}
process.stdout.write(`
Each row: the original, then what its first 1, 4, 16 and all 64 latents give back.
Open ${join(root, GRID)}
`);

/** The command a user would type; `npm run -s restok -- --help` lists the others. */
function reconstructSamples() {
  const samples = readdirSync(join(root, MODEL, 'samples'))
    .filter((name) => name.endsWith('.png'))
    .sort()
    .map((name) => `${MODEL}/samples/${name}`);
  return [
    ...[process.execPath, 'apps/cli/dist/restok.js', 'reconstruct', ...samples],
    ...['--keep', '1,4,16,64', '--out', 'quickstart', '--grid', GRID],
  ];
}

/**
 * @param {string} title
 * @param {() => Promise<import('./run-logged.mjs').RunResult>} run
 */
async function step(title, run) {
  process.stdout.write(`${title} ...`);
  const start = performance.now();
  const { ok, problem } = await run();
  process.stdout.write(` ${ok ? 'done' : 'FAILED'} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
  if (!ok) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
}
