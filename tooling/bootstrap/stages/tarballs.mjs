import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders } from '../packages.mjs';
import { logFolder, root } from '../repository.mjs';

/** Where packages lie as they would go to npm. */
export const tarballFolder = join(logFolder, 'tarballs');

/** @typedef {{ name: string, bin?: unknown, file: string, isThere: boolean }} Tarball */

/**
 * The tarball of each published package, whether or not it has been made.
 *
 * @returns {Tarball[]}
 * @throws {Error} when nothing was packed.
 */
export function tarballs() {
  if (!existsSync(tarballFolder)) {
    throw new Error('packaging: there are no tarballs yet. Run npm test -- --only build,pack,packaging');
  }
  const there = readdirSync(tarballFolder);
  return packageFolders(root)
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ manifest: { name, version, bin } }) => {
      const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
      return { name, bin, file: join(tarballFolder, file), isThere: there.includes(file) };
    });
}
