/**
 * @typedef {object} CheckResult one test: what it is, whether it passed and, if not, why.
 * @property {string} name
 * @property {boolean} passed
 * @property {string} [problem]
 * @property {boolean} [skipped] it did not run, so it counts neither as passed nor as failed.
 */

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {() => Promise<CheckResult[]>} run a rejection counts as one failed test.
 */

/** @param {string} text */
const print = (text) => process.stdout.write(text);

/**
 * Runs a stage and prints one line about it, followed by what failed in it.
 *
 * @param {Stage} stage
 * @param {{ alone?: boolean }} [options] the name of a stage that does not run alone is printed when it ends.
 * @returns {Promise<CheckResult[]>}
 */
export async function runStage(stage, { alone = true } = {}) {
  const name = `${stage.name.padEnd(18)} `;
  print(alone ? name : '');
  const start = performance.now();
  const results = await stage
    .run()
    .catch((error) => [{ name: stage.name, passed: false, problem: String(error?.stack ?? error) }]);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const { passed, failed } = countResults(results);
  print(
    `${alone ? '' : name}${seconds.padStart(7)} s  ${passed} passed${failed > 0 ? `, ${failed} failed` : ''}\n`,
  );
  for (const result of results.filter((each) => !each.passed)) {
    print(`  FAILED ${result.name}\n${indent(result.problem ?? '')}\n`);
  }
  return results;
}

/**
 * The last line of `npm test`, of real counts.
 *
 * @param {readonly CheckResult[]} results
 */
export function summaryLine(results) {
  const { passed, failed } = countResults(results);
  return `${passed} passed, ${failed} failed`;
}

/** @param {readonly CheckResult[]} results */
function countResults(results) {
  const ran = results.filter((result) => result.skipped !== true);
  const passed = ran.filter((result) => result.passed).length;
  return { passed, failed: ran.length - passed };
}

/**
 * A line for each test that did not run, before the last line of `npm test`.
 *
 * @param {readonly CheckResult[]} results
 */
export function skippedLines(results) {
  return results
    .filter((result) => result.skipped === true)
    .map(({ name }) => `skipped ${name}\n`)
    .join('');
}

/** @param {string} text */
function indent(text) {
  return text.trimEnd().replaceAll(/^/gm, '    ');
}
