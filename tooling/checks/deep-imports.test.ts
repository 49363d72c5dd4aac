import { describe, expect, it } from 'vitest';
import { deepImports } from './deep-imports.mjs';
import { exampleWorkspace } from './example-workspace.mjs';

const opsManifest = JSON.stringify({ name: '@restok/ops', exports: { '.': {}, './gradients': {} } });

describe('deepImports', () => {
  it('allows the index and the other declared exports', () => {
    const workspace = exampleWorkspace({
      'packages/ops/package.json': opsManifest,
      'packages/vit/src/block.ts': "import { linear } from '@restok/ops';\nimport '@restok/ops/gradients';",
    });
    expect(deepImports(workspace)).toEqual([]);
  });

  it('refuses files behind the exports', () => {
    const workspace = exampleWorkspace({
      'packages/ops/package.json': opsManifest,
      'packages/vit/src/block.ts': "import { linear } from '@restok/ops/src/linear';",
    });
    expect(deepImports(workspace)).toEqual([
      'packages/vit/src/block.ts:1: "@restok/ops/src/linear" is not in the exports of @restok/ops. Import from its index, or export it there.',
    ]);
  });

  it('refuses relative paths out of the package', () => {
    const workspace = exampleWorkspace({
      'packages/vit/src/block.ts': "import { linear } from '../../ops/src/linear';",
    });
    expect(deepImports(workspace)).toEqual([
      'packages/vit/src/block.ts:1: "../../ops/src/linear" leaves the package. Import the other package by its name.',
    ]);
  });

  it('lets smoke tests, and nothing else, import the built helpers by path', () => {
    const text = "import { tinyTokenizer } from '../../testing/dist/tiny-configs.js';";
    const smoke = exampleWorkspace({ 'packages/vit/test/smoke.mjs': text });
    expect(deepImports(smoke)).toEqual([]);
    const other = exampleWorkspace({ 'packages/vit/test/block.ts': text });
    expect(deepImports(other)).toHaveLength(1);
    const sources = exampleWorkspace({ 'packages/vit/test/smoke.mjs': text.replace('dist', 'src') });
    expect(deepImports(sources)).toHaveLength(1);
  });

  it('refuses packages that do not exist', () => {
    const workspace = exampleWorkspace({ 'packages/vit/src/block.ts': "import { x } from '@restok/opps';" });
    expect(deepImports(workspace)).toEqual([
      'packages/vit/src/block.ts:1: "@restok/opps" is no package of this repository. Check the name.',
    ]);
  });
});
