import ts from 'typescript';

/**
 * Finds statements of packages' index.ts that are not `export { name } from './file'`.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function wrongIndexFiles({ packages }) {
  return packages
    .filter(({ folder }) => folder.startsWith('packages/'))
    .flatMap(({ folder, sources }) => {
      const path = `${folder}/src/index.ts`;
      const index = sources.find((file) => file.path === path);
      if (index === undefined) {
        return [`${path}: does not exist. It names what the package exports.`];
      }
      const file = ts.createSourceFile(path, index.text, ts.ScriptTarget.ES2022, true);
      return file.statements
        .filter((statement) => !isNamedReExport(statement))
        .map((statement) => {
          const line = file.getLineAndCharacterOfPosition(statement.getStart(file)).line + 1;
          return `${path}:${line}: must be \`export { name } from './file'\`, got \`${statement.getText(file).split('\n')[0]}\`. Move code to a file of its own and export it by name.`;
        });
    });
}

/** @param {ts.Statement} statement */
function isNamedReExport(statement) {
  return (
    ts.isExportDeclaration(statement) &&
    statement.exportClause !== undefined &&
    ts.isNamedExports(statement.exportClause) &&
    statement.moduleSpecifier !== undefined &&
    ts.isStringLiteral(statement.moduleSpecifier) &&
    statement.moduleSpecifier.text.startsWith('./')
  );
}
