import { describe, expect, it } from 'vitest';
import { exampleWorkspace } from './example-workspace.mjs';
import { paperMapProblems } from './paper-map.mjs';

const source = `
export function upsample() {}
export const ratio = 2;
export interface Grid {}
export class ResTok { encode() {} }
function hidden() {}
`;

/** The problems of one row about that source. */
function problemsOf(symbols: string, file = 'packages/ops/src/a.ts') {
  const map = `# Map\n\n| section | what | symbol | file |\n|---|---|---|---|\n| 3.1 | a \\thing | ${symbols} | \`${file}\` |\n`;
  return paperMapProblems(exampleWorkspace({ 'packages/ops/src/a.ts': source, 'docs/paper-map.md': map }));
}

describe('paperMapProblems', () => {
  it.each(['`upsample`', '`ratio`', '`Grid`', '`ResTok`', '`ResTok.encode`', '`upsample`, `ratio`'])(
    'accepts %s',
    (symbols) => {
      expect(problemsOf(symbols)).toEqual([]);
    },
  );

  it('refuses a symbol that is not exported', () => {
    expect(problemsOf('`upsample`, `hidden`')).toEqual([
      'docs/paper-map.md:5: packages/ops/src/a.ts must export hidden, but does not. Correct the row.',
    ]);
  });

  it('refuses a member that does not exist', () => {
    expect(problemsOf('`ResTok.decode`')).toHaveLength(1);
  });

  it('refuses a file that does not exist', () => {
    expect(problemsOf('`upsample`', 'packages/ops/src/b.ts')).toEqual([
      'docs/paper-map.md:5: file must exist, got "packages/ops/src/b.ts". Correct the path.',
    ]);
  });

  it('refuses a row without a symbol', () => {
    expect(problemsOf('upsample')).toEqual(['docs/paper-map.md:5: must name a symbol in backticks. Add it.']);
  });

  it('misses the map, and its rows', () => {
    expect(paperMapProblems(exampleWorkspace({}))).toHaveLength(1);
    expect(paperMapProblems(exampleWorkspace({ 'docs/paper-map.md': '# Map\n' }))).toEqual([
      'docs/paper-map.md: has no rows. Fill in the table.',
    ]);
  });
});
