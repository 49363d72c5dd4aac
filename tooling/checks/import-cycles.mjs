import { posix } from 'node:path';

/**
 * Finds files that import each other in a circle. Types do not count: they are gone when the code runs, and a
 * table of variants (see CONTRIBUTING.md) shares its type with them.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]} one line per circle.
 */
export function importCycles({ packages }) {
  const files = new Map(
    packages.flatMap(({ sources }) => sources.map((file) => /** @type {const} */ ([file.path, file]))),
  );
  /** @type {Map<string, 'open' | 'done'>} */
  const states = new Map();
  /** @type {string[]} */
  const cycles = [];
  /** @type {string[]} */
  const trail = [];
  /** @param {string} path */
  const visit = (path) => {
    if (states.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    }
    if (states.has(path)) {
      return;
    }
    states.set(path, 'open');
    trail.push(path);
    for (const { specifier, typeOnly } of files.get(path)?.imports ?? []) {
      const target = resolveRelative(path, specifier, files);
      if (target !== undefined && !typeOnly) {
        visit(target);
      }
    }
    trail.pop();
    states.set(path, 'done');
  };
  for (const path of files.keys()) {
    visit(path);
  }
  return cycles.map(
    (cycle) => `Files import each other: ${cycle}. Move what they share into a file of its own.`,
  );
}

/**
 * The file that a relative import names.
 *
 * @param {string} from path of the importing file.
 * @param {string} specifier
 * @param {ReadonlyMap<string, unknown>} files the files that exist.
 * @returns {string | undefined} undefined when it is not relative or not among the files.
 */
export function resolveRelative(from, specifier, files) {
  if (!specifier.startsWith('.')) {
    return undefined;
  }
  const path = posix.join(posix.dirname(from), specifier);
  return ['', '.ts', '.tsx', '/index.ts']
    .map((ending) => path + ending)
    .find((candidate) => files.has(candidate));
}
