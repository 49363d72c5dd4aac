import ts from 'typescript';

const PRINTING = /^(console\.\w+|process\.(stdout|stderr)\.write)$/;

/**
 * Finds packages that print; only apps may.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function printingPackages({ packages }) {
  return packages
    .filter(({ folder }) => folder.startsWith('packages/'))
    .flatMap(({ sources }) =>
      sources
        .filter(({ isTest }) => !isTest)
        .flatMap(({ path, text }) =>
          printsIn(path, text).map(
            ({ line, what }) =>
              `${path}:${line}: packages must not print, got ${what}. Return it, or throw an error of @restok/core.`,
          ),
        ),
    );
}

/**
 * @param {string} path
 * @param {string} text
 */
function printsIn(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  /** @type {{ line: number, what: string }[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isPropertyAccessExpression(node) && PRINTING.test(node.getText(file))) {
      found.push({
        line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1,
        what: node.getText(file),
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
