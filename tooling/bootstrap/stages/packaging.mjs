import { commandCheck } from './command-check.mjs';
import { tarballs } from './tarballs.mjs';

/** @typedef {import('../report.mjs').CheckResult} CheckResult */

/** Checks the tarballs that `pack` made: their exports and their types. */
export async function run() {
  /** @type {CheckResult[]} */
  const results = [];
  for (const { name, bin, file } of tarballs().filter(({ isThere }) => isThere)) {
    const short = name.replace('@restok/', '');
    const publint = commandCheck(
      `${name}: publint finds nothing`,
      ['publint/src/cli.js', 'run', file, '--strict'],
      { log: `publint-${short}` },
    );
    const checks = [publint];
    // A program has no types to import.
    if (bin === undefined) {
      const attw = [
        '@arethetypeswrong/cli/dist/index.js',
        file,
        '--profile',
        'esm-only',
        '--no-color',
        '--no-emoji',
      ];
      checks.push(commandCheck(`${name}: types resolve`, attw, { log: `attw-${short}` }));
    }
    results.push(...(await Promise.all(checks)));
  }
  return results;
}
