import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { importsOf } from './imports.mjs';

/**
 * @typedef {object} Manifest the parts of package.json that the checks read.
 * @property {string} name
 * @property {boolean} [private]
 * @property {Record<string, unknown>} [exports]
 * @property {Record<string, unknown>} [imports]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [devDependencies]
 */

/**
 * @typedef {object} SourceFile
 * @property {string} path from the top of the repository, with "/".
 * @property {string} text
 * @property {boolean} isTest it is a test, a bench or a helper of one, so it may choose a backend.
 * @property {import('./imports.mjs').Import[]} imports
 */

/**
 * @typedef {object} Package
 * @property {string} folder such as "packages/core".
 * @property {string} shortName such as "core".
 * @property {Manifest} manifest
 * @property {SourceFile[]} sources
 */

/**
 * @typedef {object} Workspace
 * @property {Package[]} packages
 * @property {ReadonlyMap<string, string>} files text of every file that a check may read, by path.
 */

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'fixtures', 'models', '.turbo', '.readme-examples']);
const READ_ENDINGS = /\.(ts|tsx|mjs|md|json)$/;
const SOURCE = /^(packages|apps)\/([^/]+)\/(src|test|bench)\/.*\.(ts|tsx|mjs)$/;
const TEST_FILE = /\/(test|bench)\/|\.test\.tsx?$/;

/**
 * Reads what the checks look at: packages, apps and docs.
 *
 * @param {string} root top folder of the repository.
 * @returns {Workspace}
 */
export function readWorkspace(root) {
  const files = new Map();
  for (const folder of ['packages', 'apps', 'docs']) {
    readFolder(root, folder, files);
  }
  return workspaceOf(files);
}

/**
 * The same from texts in memory, which is how the checks are tested.
 *
 * @param {ReadonlyMap<string, string>} files text by path from the top of the repository.
 * @returns {Workspace}
 */
export function workspaceOf(files) {
  const packages = [];
  for (const [path, text] of files) {
    const folder = /^((?:packages|apps)\/[^/]+)\/package\.json$/.exec(path)?.[1];
    if (folder !== undefined) {
      const shortName = folder.slice(folder.indexOf('/') + 1);
      packages.push({ folder, shortName, manifest: JSON.parse(text), sources: sourcesIn(folder, files) });
    }
  }
  return { packages, files };
}

/**
 * @param {string} folder
 * @param {ReadonlyMap<string, string>} files
 * @returns {SourceFile[]}
 */
function sourcesIn(folder, files) {
  return [...files]
    .filter(([path]) => path.startsWith(`${folder}/`) && SOURCE.test(path))
    .map(([path, text]) => ({ path, text, isTest: TEST_FILE.test(path), imports: importsOf(path, text) }));
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {Map<string, string>} files filled.
 */
function readFolder(root, folder, files) {
  for (const name of readdirSync(join(root, folder)).sort()) {
    const path = `${folder}/${name}`;
    if (statSync(join(root, path)).isDirectory()) {
      if (!SKIPPED_FOLDERS.has(name)) {
        readFolder(root, path, files);
      }
    } else if (READ_ENDINGS.test(name)) {
      files.set(path, readFileSync(join(root, path), 'utf8'));
    }
  }
}
