import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders } from '../bootstrap/packages.mjs';
import { runLogged } from '../bootstrap/run-logged.mjs';

/** @typedef {import('../bootstrap/report.mjs').CheckResult} CheckResult */

/** Runs besides the running Node: the newest line with long-term support, whatever is installed. */
const NEWEST_NODE = '24';

const SMOKE_TEST = 'test/smoke.mjs';
const THREE_MINUTES = 180_000;

/**
 * Runs the built packages and apps by name under plain Node: no bundler, no alias, as a user's program does.
 *
 * @param {string} root
 * @returns {Promise<CheckResult[]>} one per package and Node version; a published package without a test fails.
 */
export async function runSmokeTests(root) {
  const newest = await fetchNode(NEWEST_NODE);
  const results = [];
  for (const { folder, manifest } of packageFolders(root)) {
    if (!existsSync(join(root, folder, SMOKE_TEST))) {
      if (manifest.private !== true) {
        const problem = `${folder}/${SMOKE_TEST} does not exist. Import the package by its name there and check one real result.`;
        results.push({ name: `${folder} has a smoke test`, passed: false, problem });
      }
      continue;
    }
    results.push(await runUnder(process.execPath, process.versions.node, root, folder));
    results.push(
      newest.path === undefined
        ? { name: `${folder} runs on Node ${NEWEST_NODE}`, passed: false, problem: newest.problem }
        : await runUnder(newest.path, NEWEST_NODE, root, folder),
    );
  }
  return results;
}

/**
 * @param {string} node path of the program.
 * @param {string} version
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<CheckResult>}
 */
async function runUnder(node, version, root, folder) {
  const log = `smoke-${folder.replaceAll('/', '-')}-node-${version}`;
  const { ok, problem } = await runLogged(log, [node, SMOKE_TEST], {
    cwd: join(root, folder),
    timeout: THREE_MINUTES,
  });
  return { name: `${folder} runs on Node ${version}`, passed: ok, problem };
}

/**
 * Gets another Node.js from the npm registry.
 *
 * @param {string} version
 * @returns {Promise<{ path?: string, problem: string }>}
 */
async function fetchNode(version) {
  const { ok, output, problem } = await runLogged('fetch-node', [
    'npx',
    '-y',
    '-p',
    `node@${version}`,
    'node',
    '-p',
    'process.execPath',
  ]);
  return ok ? { path: output.trim().split('\n').at(-1), problem } : { problem };
}
