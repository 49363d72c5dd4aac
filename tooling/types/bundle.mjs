// The declaration files of every published package, from one TypeScript program: one for each package takes six times
// as long, since each reads those of TensorFlow.js and of its neighbours anew.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { packageFolders } from '../bootstrap/packages.mjs';
import { root } from '../bootstrap/repository.mjs';

const DECLARATIONS = '.d.ts';

const folders = packageFolders(root)
  .filter(({ manifest }) => manifest.private !== true)
  .map(({ folder }) => folder);

/**
 * Declaration files that a manifest names, such as "./dist/index.d.ts".
 *
 * @param {unknown} value
 * @returns {string[]}
 */
function declarationsIn(value) {
  if (typeof value === 'string') {
    return value.endsWith(DECLARATIONS) ? [value] : [];
  }
  return Object.values(value ?? {}).flatMap(declarationsIn);
}

/** Sources by the place of their declarations without the ending: packages/core/dist/index. */
const input = Object.fromEntries(
  folders.flatMap((folder) => {
    const { exports, imports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return [...declarationsIn(exports), ...declarationsIn(imports)].map((file) => {
      const name = file.replace(/^\.\/dist\//, '').replace(DECLARATIONS, '');
      return [`${folder}/dist/${name}`, join(root, folder, 'src', `${name}.ts`)];
    });
  }),
);

/**
 * What several entries of a package share lies beside them.
 *
 * @param {import('rollup').PreRenderedChunk} chunk
 */
function chunkFileNames({ moduleIds }) {
  const folder = folders.find((each) => moduleIds.every((id) => id.startsWith(join(root, each) + sep)));
  return `${folder}/dist/[name]-[hash]${DECLARATIONS}`;
}

/**
 * Those of an earlier run, of which shared ones have other names.
 *
 * @param {string} folder
 */
function removeDeclarations(folder) {
  const dist = join(root, folder, 'dist');
  const names = existsSync(dist) ? readdirSync(dist) : [];
  names.filter((name) => name.endsWith(DECLARATIONS)).forEach((name) => rmSync(join(dist, name)));
}

const bundle = await rollup({
  input,
  // It would name types that one file of a package shows and another keeps to itself.
  logLevel: 'silent',
  // Packages keep importing each other, also by names that their manifests map.
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
  plugins: [
    dts({
      tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
      compilerOptions: { noCheck: true },
    }),
  ],
});
folders.forEach(removeDeclarations);
await bundle.write({ dir: root, entryFileNames: `[name]${DECLARATIONS}`, chunkFileNames });
await bundle.close();
