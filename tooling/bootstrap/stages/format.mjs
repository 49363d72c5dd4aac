import { commandCheck } from './command-check.mjs';

/** @returns {Promise<import('../report.mjs').CheckResult[]>} */
export async function run() {
  return [
    await commandCheck('every file is formatted', ['prettier/bin/prettier.cjs', '--check', '.'], {
      log: 'format',
    }),
  ];
}
