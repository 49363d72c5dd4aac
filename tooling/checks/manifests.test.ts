import { describe, expect, it } from 'vitest';
import { undeclaredDependencies } from './declared-dependencies.mjs';
import { exampleWorkspace } from './example-workspace.mjs';
import { packageLayout } from './package-layout.mjs';

/** A published package "ops" with a README and these fields on top of a whole manifest. */
function publishedOps(fields: object, sources: Record<string, string> = {}) {
  const whole = {
    description: '',
    license: '',
    repository: '',
    engines: {},
    files: [],
    exports: {},
    sideEffects: false,
  };
  return exampleWorkspace({
    'packages/ops/package.json': JSON.stringify({ name: '@restok/ops', ...whole, ...fields }),
    'packages/ops/README.md': '# ops',
    ...sources,
  });
}

describe('packageLayout', () => {
  it('accepts a whole manifest', () => {
    expect(
      packageLayout(publishedOps({ dependencies: { yaml: 'catalog:', '@restok/core': 'workspace:*' } })),
    ).toEqual([]);
  });

  it('misses a README', () => {
    expect(packageLayout(exampleWorkspace({ 'packages/ops/src/index.ts': '' }))[0]).toMatch(
      /^packages\/ops\/README\.md: does not exist/,
    );
  });

  it('misses fields of a published package only', () => {
    const manifest = { name: '@restok/ops', license: '' };
    const files = { 'packages/ops/README.md': '' };
    const asPublished = exampleWorkspace({ ...files, 'packages/ops/package.json': JSON.stringify(manifest) });
    const asPrivate = exampleWorkspace({
      ...files,
      'packages/ops/package.json': JSON.stringify({ ...manifest, private: true }),
    });
    expect(packageLayout(asPublished)).toHaveLength(6);
    expect(packageLayout(asPrivate)).toEqual([]);
  });

  it('refuses versions outside the catalog, but leaves peers alone', () => {
    expect(
      packageLayout(publishedOps({ devDependencies: { tsup: '^8.5.0' }, peerDependencies: { x: '^1.0.0' } })),
    ).toEqual([
      'packages/ops/package.json: tsup must be "catalog:" or "workspace:*", got "^8.5.0". Put the version into pnpm-workspace.yaml.',
    ]);
  });
});

describe('undeclaredDependencies', () => {
  it('names the package of a deep import', () => {
    const workspace = publishedOps(
      {},
      { 'packages/ops/src/a.ts': "import 'yaml';\nimport '@tensorflow/tfjs-core/dist/x';" },
    );
    expect(undeclaredDependencies(workspace)).toEqual([
      'packages/ops/src/a.ts:1: yaml must be a dependency of packages/ops/package.json. Add it there.',
      'packages/ops/src/a.ts:2: @tensorflow/tfjs-core must be a dependency of packages/ops/package.json. Add it there.',
    ]);
  });

  it('accepts dependencies, peers, Node modules and its own exports', () => {
    const workspace = publishedOps(
      { dependencies: { yaml: 'catalog:' }, peerDependencies: { koffi: '^3.0.0' } },
      {
        'packages/ops/src/a.ts':
          "import 'yaml';\nimport 'koffi';\nimport 'node:fs';\nimport '#x';\nimport '@restok/ops/gradients';",
      },
    );
    expect(undeclaredDependencies(workspace)).toEqual([]);
  });

  it('leaves tests alone', () => {
    expect(
      undeclaredDependencies(publishedOps({}, { 'packages/ops/src/a.test.ts': "import 'vitest';" })),
    ).toEqual([]);
  });
});
