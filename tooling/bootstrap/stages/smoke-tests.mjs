import { runSmokeTests } from '../../smoke/run.mjs';
import { root } from '../repository.mjs';

/** @returns {Promise<import('../report.mjs').CheckResult[]>} */
export function run() {
  return runSmokeTests(root);
}
