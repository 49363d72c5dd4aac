import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename } from 'node:path';

const CORE = '@tensorflow/tfjs-core';
const INTERNAL_FILE = /[\\/]tfjs-core[\\/]dist[\\/].*\.js$/;
const RELATIVE_IMPORT = /^import (\{[^}]*\}|\* as \w+) from '(\.[^']*)';/gm;

/**
 * An esbuild plugin for bundling internal files of tfjs-core without a second copy of the library: what such a
 * file imports from its siblings comes from the public `@tensorflow/tfjs-core` wherever that exports it, and only
 * the rest is bundled.
 *
 * @param resolveFrom URL of the file from whose package tfjs-core is resolved (`import.meta.url`).
 */
export function shareTfjsCore(resolveFrom) {
  const publicNames = new Set(Object.keys(createRequire(resolveFrom)(CORE)));
  return {
    name: 'share-tfjs-core',
    setup(build) {
      build.onLoad({ filter: INTERNAL_FILE }, async ({ path }) => ({
        contents: shareImports(await readFile(path, 'utf8'), publicNames),
        loader: 'js',
      }));
    },
  };
}

/** Rewrites the relative imports of one internal file of tfjs-core to public ones where that is possible. */
export function shareImports(source, publicNames) {
  return source.replace(RELATIVE_IMPORT, (statement, what, from) => {
    const file = basename(from);
    if (what.startsWith('*')) {
      return publicNames.has(file)
        ? `import { ${file} as ${what.slice('* as '.length)} } from '${CORE}';`
        : statement;
    }
    const names = what
      .slice(1, -1)
      .split(',')
      .map((name) => name.trim());
    if (names.every((name) => publicNames.has(name.split(' as ')[0]))) {
      return `import ${what} from '${CORE}';`;
    }
    if (file === 'engine' && names.join() === 'ENGINE') {
      return `import { engine } from '${CORE}'; const ENGINE = engine();`;
    }
    // A namespace that is public as a whole, such as util.
    if (publicNames.has(file)) {
      return `import { ${file} as shared_${file} } from '${CORE}'; const { ${names.join(', ').replaceAll(' as ', ': ')} } = shared_${file};`;
    }
    return statement;
  });
}
