import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders } from '../packages.mjs';
import { pnpm } from '../prepare.mjs';
import { logFolder, root } from '../repository.mjs';
import { runLogged } from '../run-logged.mjs';
import { commandCheck } from './command-check.mjs';

/** @typedef {import('../report.mjs').CheckResult} CheckResult */

/** Packs each published package as it would go to npm and checks the tarball: its exports and its types. */
export async function run() {
  const tarballs = join(logFolder, 'tarballs');
  rmSync(tarballs, { recursive: true, force: true });
  mkdirSync(tarballs, { recursive: true });
  const packed = await runLogged('pack', [...pnpm, '--recursive', 'pack', '--pack-destination', tarballs]);
  /** @type {CheckResult[]} */
  const results = [];
  for (const { manifest } of packageFolders(root).filter((each) => each.manifest.private !== true)) {
    const { name, version, bin } = manifest;
    const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    if (!readdirSync(tarballs).includes(file)) {
      results.push({
        name: `${name} packs`,
        passed: false,
        problem: packed.problem || `pnpm pack made no ${file}.`,
      });
      continue;
    }
    const tarball = join(tarballs, file);
    const short = name.replace('@restok/', '');
    const publint = commandCheck(
      `${name}: publint finds nothing`,
      ['publint/src/cli.js', 'run', tarball, '--strict'],
      { log: `publint-${short}` },
    );
    const checks = [publint];
    // A program has no types to import.
    if (bin === undefined) {
      const attw = [
        '@arethetypeswrong/cli/dist/index.js',
        tarball,
        '--profile',
        'esm-only',
        '--no-color',
        '--no-emoji',
      ];
      checks.push(commandCheck(`${name}: types resolve`, attw, { log: `attw-${short}` }));
    }
    results.push(...(await Promise.all(checks)));
  }
  return results;
}
