import { mkdirSync, rmSync } from 'node:fs';
import { pnpm } from '../prepare.mjs';
import { runLogged } from '../run-logged.mjs';
import { tarballFolder, tarballs } from './tarballs.mjs';

/**
 * Packs each published package as it would go to npm.
 *
 * @returns {Promise<import('../report.mjs').CheckResult[]>}
 */
export async function run() {
  rmSync(tarballFolder, { recursive: true, force: true });
  mkdirSync(tarballFolder, { recursive: true });
  const { problem } = await runLogged('pack', [
    ...pnpm,
    '--recursive',
    'pack',
    '--pack-destination',
    tarballFolder,
  ]);
  return tarballs().map(({ name, file, isThere }) => ({
    name: `${name} packs`,
    passed: isThere,
    problem: isThere ? undefined : problem || `pnpm pack made no ${file}.`,
  }));
}
