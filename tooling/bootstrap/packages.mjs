import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} PackageFolder
 * @property {string} folder such as "packages/core".
 * @property {{ name: string, version: string, private?: boolean, bin?: unknown }} manifest
 */

/**
 * The packages and apps of the repository.
 *
 * @param {string} root
 * @returns {PackageFolder[]}
 */
export function packageFolders(root) {
  return ['packages', 'apps']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
    }));
}
