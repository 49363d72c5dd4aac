import { describe, expect, it } from 'vitest';
import { examplesIn } from './extract.mjs';

const fence = '```';

describe('examplesIn', () => {
  it('finds ts and js blocks with the line of their fence', () => {
    const markdown = `# Title\n\n${fence}ts\nconst a = 1;\n${fence}\n\n${fence}js\nconst b = 2;\n${fence}\n`;
    expect(examplesIn(markdown)).toEqual([
      { line: 3, code: 'const a = 1;\n' },
      { line: 7, code: 'const b = 2;\n' },
    ]);
  });

  it('leaves out shell blocks and what says skip', () => {
    expect(examplesIn(`${fence}sh\nnpm test\n${fence}\n${fence}ts skip\nimport 'x';\n${fence}\n`)).toEqual(
      [],
    );
  });

  it('strips types and keeps imports, used or not', () => {
    const [example] = examplesIn(
      `${fence}ts\nimport { a } from 'x';\nimport type { B } from 'x';\nconst b: number = 1;\n${fence}\n`,
    );
    expect(example?.code).toBe("import { a } from 'x';\nconst b = 1;\n");
  });
});
