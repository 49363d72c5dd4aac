import { corePackages } from './import-graph.mjs';
import { packageName } from './package-specifier.mjs';

const ENGINE = '@tensorflow/tfjs-core';

/** The one deep import: the gradients that plain Node does not get otherwise (see docs/decisions). */
const GRADIENTS = {
  path: 'packages/ops/src/gradients.ts',
  specifier: `${ENGINE}/dist/register_all_gradients`,
};

/**
 * Finds packages of the model that know more of TensorFlow.js than its core, and uses of it in `core`.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function engineImports({ packages }) {
  return packages
    .filter(({ shortName }) => corePackages.includes(shortName))
    .flatMap(({ shortName, sources }) =>
      sources
        .filter(({ isTest }) => !isTest)
        .flatMap(({ path, imports }) =>
          imports
            .filter(({ specifier }) => packageName(specifier).startsWith('@tensorflow/'))
            .filter(({ specifier }) => shortName === 'core' || specifier !== ENGINE)
            .filter(({ specifier }) => path !== GRADIENTS.path || specifier !== GRADIENTS.specifier)
            .map(({ specifier, line }) =>
              shortName === 'core'
                ? `${path}:${line}: core must not import ${specifier}. It knows no tensors; put this into ops.`
                : `${path}:${line}: of TensorFlow.js only ${ENGINE} may be imported, got ${specifier}. Backends are chosen by apps and tests.`,
            ),
        ),
    );
}
