import { build } from '../prepare.mjs';

/** @returns {Promise<import('../report.mjs').CheckResult[]>} */
export async function run() {
  const { ok, problem } = await build();
  return [{ name: 'every package builds', passed: ok, problem }];
}
