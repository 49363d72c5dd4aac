import { builtinModules } from 'node:module';
import { resolveRelative } from './import-cycles.mjs';
import { browserPackages } from './import-graph.mjs';

/** @typedef {import('./workspace.mjs').Package} Package */

/**
 * Finds Node modules in what a browser loads: everything reachable from each export of a browser package except
 * `./node`, with "#" imports resolved as a browser does.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function nodeInBrowsers({ packages }) {
  return packages
    .filter(({ shortName }) => browserPackages.includes(shortName))
    .flatMap((each) => {
      const files = new Map(each.sources.map((file) => [file.path, file]));
      const reached = reachedFrom(entriesOf(each), each, files);
      return [...reached].flatMap((path) =>
        (files.get(path)?.imports ?? [])
          .filter(({ specifier, typeOnly }) => !typeOnly && isNodeModule(specifier))
          .map(
            ({ specifier, line }) =>
              `${path}:${line}: a browser loads this file, so it must not import ${specifier}. Move that behind the ./node export.`,
          ),
      );
    });
}

/** @param {string} specifier */
function isNodeModule(specifier) {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

/**
 * @param {Package} of
 * @returns {string[]} source files of the exports.
 */
function entriesOf({ folder, manifest }) {
  return Object.entries(manifest.exports ?? {})
    .filter(([name]) => name !== './node')
    .map(([, target]) => sourceOf(folder, target));
}

/**
 * @param {readonly string[]} entries
 * @param {Package} of
 * @param {ReadonlyMap<string, import('./workspace.mjs').SourceFile>} files
 */
function reachedFrom(entries, { folder, manifest }, files) {
  const reached = new Set();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (!reached.has(path)) {
      reached.add(path);
      for (const { specifier } of files.get(path)?.imports ?? []) {
        const target = specifier.startsWith('#')
          ? sourceOf(folder, manifest.imports?.[specifier])
          : resolveRelative(path, specifier, files);
        if (target !== undefined) {
          waiting.push(target);
        }
      }
    }
  }
  return reached;
}

/**
 * The source behind a target of "exports" or "imports", without the node condition: "./dist/x.js" is src/x.ts.
 *
 * @param {string} folder
 * @param {unknown} target
 * @returns {string}
 */
function sourceOf(folder, target) {
  let chosen = target;
  while (typeof chosen === 'object' && chosen !== null && 'default' in chosen) {
    chosen = 'browser' in chosen ? chosen.browser : chosen.default;
  }
  return String(chosen).replace('./dist', `${folder}/src`).replace(/\.js$/, '.ts');
}
