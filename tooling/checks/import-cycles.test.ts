import { describe, expect, it } from 'vitest';
import { exampleWorkspace } from './example-workspace.mjs';
import { importCycles, resolveRelative } from './import-cycles.mjs';

describe('importCycles', () => {
  it('shows the whole circle once', () => {
    const workspace = exampleWorkspace({
      'packages/ops/src/a.ts': "import { b } from './b';",
      'packages/ops/src/b.ts': "import { c } from './deep';",
      'packages/ops/src/deep/index.ts': "import { a } from '../a';",
    });
    expect(importCycles(workspace)).toEqual([
      'Files import each other: packages/ops/src/a.ts -> packages/ops/src/b.ts -> packages/ops/src/deep/index.ts -> packages/ops/src/a.ts. Move what they share into a file of its own.',
    ]);
  });

  it('allows two ways to the same file', () => {
    const workspace = exampleWorkspace({
      'packages/ops/src/a.ts': "import './b';\nimport './c';",
      'packages/ops/src/b.ts': "import './d';",
      'packages/ops/src/c.ts': "import './d';",
      'packages/ops/src/d.ts': '',
    });
    expect(importCycles(workspace)).toEqual([]);
  });

  it('does not count types', () => {
    const workspace = exampleWorkspace({
      'packages/ops/src/table.ts': "import { first } from './first';",
      'packages/ops/src/first.ts': "import type { Variant } from './table';",
    });
    expect(importCycles(workspace)).toEqual([]);
  });
});

describe('resolveRelative', () => {
  const files = new Map([
    ['packages/ops/src/a.ts', ''],
    ['packages/ops/src/deep/index.ts', ''],
  ]);

  it('finds files and index files without their endings', () => {
    expect(resolveRelative('packages/ops/src/b.ts', './a', files)).toBe('packages/ops/src/a.ts');
    expect(resolveRelative('packages/ops/src/b.ts', './deep', files)).toBe('packages/ops/src/deep/index.ts');
  });

  it('leaves packages and missing files alone', () => {
    expect(resolveRelative('packages/ops/src/b.ts', 'yaml', files)).toBeUndefined();
    expect(resolveRelative('packages/ops/src/b.ts', './missing', files)).toBeUndefined();
  });
});
