import { commandCheck } from './command-check.mjs';

/** @returns {Promise<import('../report.mjs').CheckResult[]>} */
export async function run() {
  const tsc = 'typescript/bin/tsc';
  return [
    await commandCheck('packages and apps have no type errors', [tsc, '-p', 'tsconfig.json', '--noEmit'], {
      log: 'typecheck',
    }),
    await commandCheck('tooling has no type errors', [tsc, '-p', 'tooling/tsconfig.json', '--noEmit'], {
      log: 'typecheck-tooling',
    }),
  ];
}
