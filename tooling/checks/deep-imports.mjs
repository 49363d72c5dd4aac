import { posix } from 'node:path';
import { ourPackage } from './package-specifier.mjs';

/** Built helpers that the smoke tests import by path: no package depends on the one that holds them. */
const HELPERS_OF_SMOKE_TESTS = 'packages/testing/dist/';
const SMOKE_TEST = 'test/smoke.mjs';

/**
 * Finds imports that reach past the public face of another package.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function deepImports({ packages }) {
  const exportsOf = new Map(
    packages.map(({ manifest }) => [manifest.name, Object.keys(manifest.exports ?? {})]),
  );
  return packages.flatMap(({ folder, sources }) =>
    sources.flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier, line }) => {
        const problem = specifier.startsWith('.')
          ? leavesPackage(path, specifier, folder)
          : isUndeclared(specifier, exportsOf);
        return problem === undefined ? [] : [`${path}:${line}: ${problem}`];
      }),
    ),
  );
}

/**
 * @param {string} path
 * @param {string} specifier
 * @param {string} folder
 */
function leavesPackage(path, specifier, folder) {
  const target = posix.join(posix.dirname(path), specifier);
  const isHelper = path === `${folder}/${SMOKE_TEST}` && target.startsWith(HELPERS_OF_SMOKE_TESTS);
  return isHelper || target.startsWith(`${folder}/`)
    ? undefined
    : `"${specifier}" leaves the package. Import the other package by its name.`;
}

/**
 * @param {string} specifier
 * @param {ReadonlyMap<string, readonly string[]>} exportsOf export paths ("./x") by package name.
 */
function isUndeclared(specifier, exportsOf) {
  const target = ourPackage(specifier);
  const declared = exportsOf.get(`@restok/${target?.shortName}`);
  if (target === undefined || declared?.includes(target.subpath === '' ? '.' : `./${target.subpath}`)) {
    return undefined;
  }
  return declared === undefined
    ? `"${specifier}" is no package of this repository. Check the name.`
    : `"${specifier}" is not in the exports of @restok/${target.shortName}. Import from its index, or export it there.`;
}
