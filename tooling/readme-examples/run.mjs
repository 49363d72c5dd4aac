import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders } from '../bootstrap/packages.mjs';
import { runLogged } from '../bootstrap/run-logged.mjs';
import { examplesIn } from './extract.mjs';

/** @typedef {import('../bootstrap/report.mjs').CheckResult} CheckResult */

/** Written beside the README's package.json, so that imports resolve as they do for a user; ignored by git. */
const TEMPORARY = '.readme-examples';

/** The top README imports what this app depends on. */
const PACKAGE_OF_TOP_README = 'apps/cli';

const TWO_MINUTES = 120_000;

/**
 * Runs each example of each README under plain Node against the built packages, in the top folder.
 *
 * @param {string} root
 * @returns {Promise<CheckResult[]>}
 */
export async function runReadmeExamples(root) {
  const readmes = [
    { path: 'README.md', folder: PACKAGE_OF_TOP_README },
    ...packageFolders(root).map(({ folder }) => ({ path: `${folder}/README.md`, folder })),
  ];
  const results = [];
  for (const { path, folder } of readmes) {
    if (existsSync(join(root, path))) {
      results.push(...(await runExamplesOf(root, path, folder)));
    }
  }
  return results;
}

/**
 * @param {string} root
 * @param {string} path of the README.
 * @param {string} folder of the package whose dependencies the examples see.
 * @returns {Promise<CheckResult[]>}
 */
async function runExamplesOf(root, path, folder) {
  const temporary = join(root, folder, TEMPORARY);
  /** @type {CheckResult[]} */
  const results = [];
  try {
    for (const { line, code } of examplesIn(readFileSync(join(root, path), 'utf8'))) {
      mkdirSync(temporary, { recursive: true });
      const file = join(temporary, `line-${line}.mjs`);
      writeFileSync(file, code);
      const log = `readme-${path.replaceAll('/', '-').replace('.md', '')}-${line}`;
      const { ok, problem } = await runLogged(log, [process.execPath, file], {
        cwd: root,
        timeout: TWO_MINUTES,
      });
      results.push({ name: `${path}:${line} runs`, passed: ok, problem });
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return results;
}
