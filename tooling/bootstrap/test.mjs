// npm test [-- --only lint,structure]: installs, builds and runs every check and test, even after a failure.
import { installDependencies, requireNode } from './prepare.mjs';
import { runStage, skippedLines, summaryLine } from './report.mjs';

/** @typedef {import('./report.mjs').Stage} Stage */

requireNode();

/**
 * Groups of stages, one after the other. The lanes of a group run side by side, since each keeps one core busy.
 * Packing copies the models for a moment, where programs would find half of them, so it is alone.
 */
const groups = [
  [
    ['build', 'format'],
    ['lint', 'typecheck'],
  ],
  [['pack', 'structure', 'unit-tests', 'browser-tests']],
  [['readme-examples', 'packaging'], ['smoke-tests']],
];
const stageFiles = groups.flat(2);

const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1]?.split(',')
  : undefined;
const unknown = only?.filter((name) => !stageFiles.includes(name)) ?? [];
if (unknown.length > 0) {
  process.stderr.write(`--only must name stages of ${stageFiles.join(', ')}, got ${unknown.join(', ')}.\n`);
  process.exit(2);
}

const results = await runStage({
  name: 'install',
  run: async () => {
    const { ok, problem } = await installDependencies();
    return ok ? [] : [{ name: 'install', passed: false, problem }];
  },
});

if (results.length === 0) {
  const wanted = stageFiles.filter((file) => only === undefined || only.includes(file));
  for (const lanes of groups) {
    const alone = lanes.length === 1;
    const ofLanes = lanes.map((lane) =>
      runAll(
        lane.filter((file) => wanted.includes(file)),
        { alone },
      ),
    );
    results.push(...(await Promise.all(ofLanes)).flat());
  }
}

process.exitCode = results.every((result) => result.passed) ? 0 : 1;
process.stdout.write(`${skippedLines(results)}${summaryLine(results)}\n`);

/**
 * Runs stages one after the other.
 *
 * @param {readonly string[]} files
 * @param {Parameters<typeof runStage>[1]} options
 */
async function runAll(files, options) {
  const all = [];
  for (const file of files) {
    all.push(...(await runStage({ name: file, run: async () => (await loadStage(file)).run() }, options)));
  }
  return all;
}

/**
 * Loads a stage when it is its turn: a fresh clone has no dependencies before the first.
 *
 * @param {string} file
 * @returns {Promise<{ run: Stage['run'] }>}
 */
function loadStage(file) {
  return import(`./stages/${file}.mjs`);
}
