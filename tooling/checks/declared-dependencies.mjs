import { builtinModules } from 'node:module';
import { packageName } from './package-specifier.mjs';

/**
 * Finds imports of packages that the manifest does not list where a user needs them: dependencies or peers.
 * Tests may also use devDependencies and what the repository has at its top.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function undeclaredDependencies({ packages }) {
  return packages.flatMap(({ folder, manifest, sources }) => {
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
    return sources
      .filter(({ isTest }) => !isTest)
      .flatMap(({ path, imports }) =>
        imports
          .filter(
            ({ specifier, typeOnly }) =>
              !typeOnly && !/^([.#]|node:)/.test(specifier) && !builtinModules.includes(specifier),
          )
          .filter(({ specifier }) => packageName(specifier) !== manifest.name)
          .filter(({ specifier }) => !Object.hasOwn(declared, packageName(specifier)))
          .map(
            ({ specifier, line }) =>
              `${path}:${line}: ${packageName(specifier)} must be a dependency of ${folder}/package.json. Add it there.`,
          ),
      );
  });
}
