import { describe, expect, it } from 'vitest';
import { nodeInBrowsers } from './browser-imports.mjs';
import { exampleWorkspace } from './example-workspace.mjs';

const hubManifest = JSON.stringify({
  name: '@restok/hub',
  exports: { '.': { default: './dist/index.js' }, './node': { default: './dist/node.js' } },
  imports: {
    '#folder': {
      node: { default: './dist/folder.node.js' },
      default: { types: './dist/folder.browser.d.ts', default: './dist/folder.browser.js' },
    },
  },
});

describe('nodeInBrowsers', () => {
  it('follows relative imports from the entry', () => {
    const workspace = exampleWorkspace({
      'packages/vit/src/index.ts': "export { block } from './block';",
      'packages/vit/src/block.ts': "import { readFile } from 'node:fs/promises';",
    });
    expect(nodeInBrowsers(workspace)).toEqual([
      'packages/vit/src/block.ts:1: a browser loads this file, so it must not import node:fs/promises. Move that behind the ./node export.',
    ]);
  });

  it('knows Node modules without their prefix, too', () => {
    expect(
      nodeInBrowsers(exampleWorkspace({ 'packages/core/src/index.ts': "export { join } from 'path';" })),
    ).toHaveLength(1);
  });

  it('leaves out the ./node export and what only Node resolves', () => {
    const workspace = exampleWorkspace({
      'packages/hub/package.json': hubManifest,
      'packages/hub/src/index.ts': "export { open } from '#folder';",
      'packages/hub/src/node.ts': "import 'node:fs';",
      'packages/hub/src/folder.node.ts': "import 'node:fs';",
      'packages/hub/src/folder.browser.ts': '',
    });
    expect(nodeInBrowsers(workspace)).toEqual([]);
  });

  it('follows a "#" import as a browser does', () => {
    const workspace = exampleWorkspace({
      'packages/hub/package.json': hubManifest,
      'packages/hub/src/index.ts': "export { open } from '#folder';",
      'packages/hub/src/folder.browser.ts': "import 'node:fs';",
    });
    expect(nodeInBrowsers(workspace)).toHaveLength(1);
  });

  it('leaves alone types, which are gone when the code runs, and packages for Node', () => {
    const workspace = exampleWorkspace({
      'packages/core/src/index.ts': "import type { Stats } from 'node:fs';",
      'packages/data/src/index.ts': "import 'node:fs';",
    });
    expect(nodeInBrowsers(workspace)).toEqual([]);
  });
});
