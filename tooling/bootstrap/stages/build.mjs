import { buildEverything } from '../prepare.mjs';

/** @returns {Promise<import('../report.mjs').CheckResult[]>} */
export async function run() {
  const { ok, problem } = await buildEverything();
  return [{ name: 'every package builds', passed: ok, problem }];
}
