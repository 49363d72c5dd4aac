import { workspaceOf } from './workspace.mjs';

/**
 * A small workspace in memory for the tests of the checks.
 *
 * @param {Record<string, string>} files text by path; a package without a manifest gets one.
 */
export function exampleWorkspace(files) {
  const all = new Map(Object.entries(files));
  for (const path of Object.keys(files)) {
    const [parent, name] = path.split('/');
    const manifest = `${parent}/${name}/package.json`;
    if (!all.has(manifest) && (parent === 'packages' || parent === 'apps')) {
      all.set(
        manifest,
        JSON.stringify({
          name: `@restok/${name}`,
          private: true,
          exports: { '.': { default: './dist/index.js' } },
        }),
      );
    }
  }
  return workspaceOf(all);
}
