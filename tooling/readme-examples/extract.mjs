import ts from 'typescript';

/**
 * @typedef {object} Example
 * @property {number} line of its fence, counted from 1.
 * @property {string} code JavaScript.
 */

/**
 * The runnable examples of a Markdown text: fenced blocks of `ts` or `js`, unless the word `skip` follows.
 *
 * @param {string} markdown
 * @returns {Example[]}
 */
export function examplesIn(markdown) {
  const fences = /^```(\w+)([^\n]*)\n([\s\S]*?)^```\s*$/gm;
  return [...markdown.matchAll(fences)]
    .filter(
      ([, language = '', words = '']) =>
        ['ts', 'js'].includes(language) && !words.split(/\s+/).includes('skip'),
    )
    .map(({ index, 3: code = '' }) => ({
      line: markdown.slice(0, index).split('\n').length,
      code: withoutTypes(code),
    }));
}

/** @param {string} code TypeScript. */
function withoutTypes(code) {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    },
  });
  return outputText;
}
