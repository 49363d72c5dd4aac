import { describe, expect, it } from 'vitest';
import { exampleWorkspace } from './example-workspace.mjs';
import { directImports, packagesBelow } from './import-graph.mjs';
import { wrongDirections } from './import-direction.mjs';

describe('packagesBelow', () => {
  it('holds what the packages below import, too', () => {
    expect([...packagesBelow('tokenizer')].sort()).toEqual(['core', 'hub', 'ops', 'quantizer', 'vit']);
  });

  it('never holds the package itself, so no arrow turns back', () => {
    for (const name of Object.keys(directImports)) {
      expect(packagesBelow(name).has(name), name).toBe(false);
    }
  });
});

describe('wrongDirections', () => {
  it('names the file, the line and what may be imported', () => {
    const workspace = exampleWorkspace({
      'packages/ops/src/linear.ts': "\nimport { ResTok } from '@restok/tokenizer';",
    });
    expect(wrongDirections(workspace)).toEqual([
      'packages/ops/src/linear.ts:2: ops must not import @restok/tokenizer. It may import: core.',
    ]);
  });

  it('counts types, re-exports and dynamic imports', () => {
    const workspace = exampleWorkspace({
      'packages/core/src/a.ts': "import type { Module } from '@restok/ops';",
      'packages/core/src/b.ts': "export { linear } from '@restok/ops';",
      'packages/core/src/c.ts': "export const load = () => import('@restok/ops');",
      'packages/core/src/d.ts': "export type Module = import('@restok/ops').Module;",
    });
    expect(wrongDirections(workspace)).toHaveLength(4);
  });

  it('lets the generator and the tokenizer know nothing of each other', () => {
    const workspace = exampleWorkspace({
      'packages/tokenizer/src/a.ts': "import { Generator } from '@restok/generator';",
      'packages/generator/src/a.ts': "import { ResTok } from '@restok/tokenizer';",
    });
    expect(wrongDirections(workspace)).toHaveLength(2);
  });

  it('lets tests choose a backend, but not sources', () => {
    const text = "import { useNodeBackend } from '@restok/backend-node';";
    expect(wrongDirections(exampleWorkspace({ 'packages/vit/src/block.test.ts': text }))).toEqual([]);
    expect(wrongDirections(exampleWorkspace({ 'packages/vit/src/block.ts': text }))).toHaveLength(1);
  });

  it('ignores what only looks like an import', () => {
    const workspace = exampleWorkspace({
      'packages/core/src/a.ts': "// import '@restok/ops'\nexport const text = \"import '@restok/ops'\";",
    });
    expect(wrongDirections(workspace)).toEqual([]);
  });

  it('asks where a new package belongs', () => {
    expect(wrongDirections(exampleWorkspace({ 'packages/extra/src/index.ts': '' }))[0]).toMatch(
      /^packages\/extra: is not in/,
    );
  });
});
