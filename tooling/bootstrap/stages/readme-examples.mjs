import { runReadmeExamples } from '../../readme-examples/run.mjs';
import { root } from '../repository.mjs';

/** @returns {Promise<import('../report.mjs').CheckResult[]>} */
export function run() {
  return runReadmeExamples(root);
}
