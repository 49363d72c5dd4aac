import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './temporary-folder';

const at = temporaryFolder();
const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What esbuild says of a bundle, as far as it is looked at here. */
interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly imports: readonly { readonly path: string }[] }>>;
}

/** Modules of Node, and of those that need it, that an entry still imports when it is bundled for a browser. */
async function nodeModulesIn(entry: string): Promise<string[]> {
  const outDir = at(entry);
  await build({
    entry: [fromHere(`../src/${entry}.ts`)],
    outDir,
    format: ['esm'],
    config: false,
    silent: true,
    metafile: true,
    platform: 'browser',
    noExternal: [/./],
    esbuildOptions: (options) => {
      options.external = [...(options.external ?? []), '@huggingface/hub'];
      options.alias = {
        '@restok/core': fromHere('../../core/src/index.ts'),
        '#folder-source': fromHere('../src/folder-source.browser.ts'),
      };
    },
  });
  const { outputs } = JSON.parse(await readFile(`${outDir}/metafile-esm.json`, 'utf8')) as Metafile;
  const imported = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return imported.filter(
    (path) => builtinModules.includes(path.replace('node:', '')) || path.startsWith('@'),
  );
}

describe('@restok/hub', () => {
  it('imports no module of Node in a browser', async () => {
    expect(await nodeModulesIn('index')).toEqual([]);
  });

  it('keeps what needs Node behind ./node', async () => {
    expect(await nodeModulesIn('node')).not.toEqual([]);
  });
});
