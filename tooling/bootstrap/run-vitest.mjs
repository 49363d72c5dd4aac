import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { logFolder, root } from './repository.mjs';
import { runLogged } from './run-logged.mjs';

/** @typedef {import('./report.mjs').CheckResult} CheckResult */

/**
 * Runs vitest; each of its tests counts as one. Skipped ones are named and do not count.
 *
 * @param {string} name of the log.
 * @param {readonly string[]} args
 * @param {{ timeout: number }} options milliseconds.
 * @returns {Promise<CheckResult[]>}
 */
export async function runVitest(name, args, { timeout }) {
  const report = join(logFolder, `${name}.json`);
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const command = [
    ...[process.execPath, vitest, 'run', ...args],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ];
  const { ok, problem } = await runLogged(name, command, { timeout });
  if (!existsSync(report)) {
    return [{ name: `${name} end well`, passed: false, problem }];
  }
  /** @type {VitestReport} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const results = [...testResults.flatMap(resultsOfFile), ...testResults.flatMap(skippedOfFile)];
  if (!ok && results.every((result) => result.passed)) {
    // Such as an error outside of every test.
    results.push({ name: `${name} end well`, passed: false, problem });
  }
  return results;
}

/**
 * @typedef {object} VitestReport the part of vitest's JSON that is used.
 * @property {VitestFile[]} testResults
 */

/**
 * @typedef {object} VitestFile
 * @property {string} name path.
 * @property {string} status
 * @property {string} message why the file could not run.
 * @property {{ fullName: string, status: string, failureMessages: string[] }[]} assertionResults
 */

/**
 * The tests of a file that were left out. Why stands in brackets at the end of their names.
 *
 * @param {VitestFile} file
 * @returns {CheckResult[]}
 */
export function skippedOfFile(file) {
  return file.assertionResults
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName }) => ({
      name: `${relative(root, file.name)}: ${fullName.trim()}`,
      passed: true,
      skipped: true,
    }));
}

/**
 * One result per test of a file that ran, and one for a file that could not run at all.
 *
 * @param {VitestFile} file
 * @returns {CheckResult[]}
 */
export function resultsOfFile(file) {
  const path = relative(root, file.name);
  const results = file.assertionResults
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .map(({ fullName, status, failureMessages }) => ({
      name: `${path}: ${fullName.trim()}`,
      passed: status === 'passed',
      problem: failureMessages.join('\n').split('\n').slice(0, 20).join('\n'),
    }));
  if (file.status === 'failed' && results.every((result) => result.passed)) {
    results.push({ name: `${path} runs`, passed: false, problem: file.message });
  }
  return results;
}
