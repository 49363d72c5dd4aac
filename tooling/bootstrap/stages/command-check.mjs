import { join } from 'node:path';
import { root } from '../repository.mjs';
import { runLogged } from '../run-logged.mjs';

/**
 * Runs a program of node_modules under this Node.js as one test.
 *
 * @param {string} name what the test says, as a present-tense sentence.
 * @param {readonly string[]} command path of the program inside node_modules, then its arguments.
 * @param {import('../run-logged.mjs').RunOptions & { log: string }} options `log` names the log file.
 * @returns {Promise<import('../report.mjs').CheckResult>}
 */
export async function commandCheck(name, [program = '', ...args], { log, ...options }) {
  const { ok, problem } = await runLogged(
    log,
    [process.execPath, join(root, 'node_modules', program), ...args],
    options,
  );
  return { name, passed: ok, problem };
}
