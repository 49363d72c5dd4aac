import ts from 'typescript';

/**
 * @typedef {object} Import one place where a file names another module.
 * @property {string} specifier
 * @property {number} line counted from 1.
 * @property {boolean} typeOnly gone after compilation.
 */

/**
 * Every import, re-export and dynamic import of a literal in a file.
 *
 * @param {string} path
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  /** @type {Import[]} */
  const found = [];
  /**
   * @param {ts.Node} at
   * @param {ts.Node | undefined} specifier
   * @param {boolean} typeOnly
   */
  const add = (at, specifier, typeOnly) => {
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) {
      const line = file.getLineAndCharacterOfPosition(at.getStart(file)).line + 1;
      found.push({ specifier: specifier.text, line, typeOnly });
    }
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) {
      add(node, node.moduleSpecifier, node.importClause?.isTypeOnly ?? false);
    } else if (ts.isExportDeclaration(node)) {
      add(node, node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node, node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
