import { describe, expect, it } from 'vitest';
import { exampleWorkspace } from './example-workspace.mjs';
import { longFiles } from './file-length.mjs';
import { wrongFileNames } from './file-names.mjs';
import { wrongIndexFiles } from './index-files.mjs';
import { printingPackages } from './printing.mjs';

describe('printingPackages', () => {
  it('finds what packages print', () => {
    const workspace = exampleWorkspace({
      'packages/ops/src/a.ts': "\nconsole.log('x');\nprocess.stderr.write('y');",
    });
    expect(printingPackages(workspace)).toEqual([
      'packages/ops/src/a.ts:2: packages must not print, got console.log. Return it, or throw an error of @restok/core.',
      'packages/ops/src/a.ts:3: packages must not print, got process.stderr.write. Return it, or throw an error of @restok/core.',
    ]);
  });

  it('leaves comments, tests and apps alone', () => {
    const workspace = exampleWorkspace({
      'packages/ops/src/a.ts': '/** console.log(value) */\nexport const a = 1;',
      'packages/ops/src/a.test.ts': 'console.log(1);',
      'apps/cli/src/main.ts': 'console.log(1);',
    });
    expect(printingPackages(workspace)).toEqual([]);
  });
});

describe('wrongIndexFiles', () => {
  it('allows re-exports of names and types', () => {
    const workspace = exampleWorkspace({
      'packages/ops/src/index.ts': "export { a } from './a';\nexport type { B } from './b';",
    });
    expect(wrongIndexFiles(workspace)).toEqual([]);
  });

  it.each([
    ["export * from './a';"],
    ["import './a';"],
    ['export const a = 1;'],
    ["export { linear } from '@restok/ops';"],
    ['const a = 1;\nexport { a };'],
  ])('refuses %s', (text) => {
    expect(wrongIndexFiles(exampleWorkspace({ 'packages/ops/src/index.ts': text }))).not.toEqual([]);
  });

  it('misses the index of a package without one', () => {
    expect(wrongIndexFiles(exampleWorkspace({ 'packages/ops/src/a.ts': '' }))).toEqual([
      'packages/ops/src/index.ts: does not exist. It names what the package exports.',
    ]);
  });
});

describe('longFiles', () => {
  it('allows 400 lines and no more', () => {
    expect(longFiles(exampleWorkspace({ 'packages/ops/src/a.ts': '//\n'.repeat(400) }))).toEqual([]);
    expect(longFiles(exampleWorkspace({ 'packages/ops/src/a.ts': '//\n'.repeat(401) }))).toEqual([
      'packages/ops/src/a.ts: must have at most 400 lines, got 401. Look for the second concept and give it a file.',
    ]);
  });

  it('leaves generated files alone', () => {
    const text = `// Made by assembly/build.mjs; do not edit.\n${'//\n'.repeat(500)}`;
    expect(longFiles(exampleWorkspace({ 'packages/ops/src/a.ts': text }))).toEqual([]);
  });
});

describe('wrongFileNames', () => {
  it.each(['level-schedule.ts', 'mix2x.test.ts', 'folder.node.ts'])('allows %s', (name) => {
    expect(wrongFileNames(exampleWorkspace({ [`packages/ops/src/${name}`]: '' }))).toEqual([]);
  });

  it.each(['utils.ts', 'helpers.test.ts', 'levelSchedule.ts', 'Level.ts', 'level_schedule.ts'])(
    'refuses %s',
    (name) => {
      expect(wrongFileNames(exampleWorkspace({ [`packages/ops/src/${name}`]: '' }))).toHaveLength(1);
    },
  );
});
