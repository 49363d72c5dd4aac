import { directImports, importsOfTests, packagesBelow } from './import-graph.mjs';
import { ourPackage } from './package-specifier.mjs';

/**
 * Finds imports that run against the arrows of import-graph.mjs.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function wrongDirections({ packages }) {
  return packages.flatMap(({ folder, shortName, sources }) => {
    if (!Object.hasOwn(directImports, shortName)) {
      return [
        `${folder}: is not in tooling/checks/import-graph.mjs. Say there which packages it may import.`,
      ];
    }
    const below = packagesBelow(shortName);
    const belowTests = new Set([...below, ...importsOfTests, shortName]);
    return sources.flatMap(({ path, isTest, imports }) => {
      const allowed = isTest ? belowTests : below;
      return imports.flatMap(({ specifier, line }) => {
        const target = ourPackage(specifier);
        return target === undefined || allowed.has(target.shortName)
          ? []
          : [
              `${path}:${line}: ${shortName} must not import ${specifier}. It may import: ${[...allowed].sort().join(', ') || 'nothing of ours'}.`,
            ];
      });
    });
  });
}
