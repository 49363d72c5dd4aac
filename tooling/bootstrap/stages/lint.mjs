import { commandCheck } from './command-check.mjs';

/** @returns {Promise<import('../report.mjs').CheckResult[]>} */
export async function run() {
  return [
    await commandCheck('the linter finds nothing', ['eslint/bin/eslint.js', '.', '--max-warnings', '0'], {
      log: 'lint',
    }),
  ];
}
