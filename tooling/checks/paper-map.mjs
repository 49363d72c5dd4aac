import ts from 'typescript';

const PATH = 'docs/paper-map.md';

/**
 * Finds rows of the paper map whose symbol or file does not exist. A row is
 * `| section | what | symbol, symbol | file |`; symbols and file stand in backticks.
 *
 * @param {import('./workspace.mjs').Workspace} workspace
 * @returns {string[]}
 */
export function paperMapProblems({ files }) {
  const map = files.get(PATH);
  if (map === undefined) {
    return [`${PATH}: does not exist. It says which symbol implements which equation.`];
  }
  const rows = map.split('\n').flatMap((text, i) => rowOf(text, i + 1));
  return rows.length === 0
    ? [`${PATH}: has no rows. Fill in the table.`]
    : rows.flatMap((row) => problemsOfRow(row, files));
}

/**
 * @param {string} text
 * @param {number} line
 * @returns {{ line: number, symbols: string[], file: string }[]} none for headings and text.
 */
function rowOf(text, line) {
  const cells = text.split('|').slice(1, -1);
  const file = /`([^`]+)`/.exec(cells[3] ?? '')?.[1];
  const isData =
    cells.length === 4 && !/^\s*:?-+:?\s*$/.test(cells[0] ?? '') && (cells[3] ?? '').trim() !== 'file';
  return isData
    ? [
        {
          line,
          symbols: [...(cells[2] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
          file: file ?? '',
        },
      ]
    : [];
}

/**
 * @param {{ line: number, symbols: string[], file: string }} row
 * @param {ReadonlyMap<string, string>} files
 */
function problemsOfRow({ line, symbols, file }, files) {
  const text = files.get(file);
  if (text === undefined) {
    return [`${PATH}:${line}: file must exist, got "${file}". Correct the path.`];
  }
  if (symbols.length === 0) {
    return [`${PATH}:${line}: must name a symbol in backticks. Add it.`];
  }
  const exported = exportedNames(file, text);
  return symbols
    .filter((symbol) => !exported.has(symbol))
    .map((symbol) => `${PATH}:${line}: ${file} must export ${symbol}, but does not. Correct the row.`);
}

/**
 * Names that a file exports; members of exported classes as "Class.member".
 *
 * @param {string} path
 * @param {string} text
 */
function exportedNames(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const names = new Set();
  for (const statement of file.statements) {
    if (
      ts.isExportDeclaration(statement) &&
      statement.exportClause !== undefined &&
      ts.isNamedExports(statement.exportClause)
    ) {
      statement.exportClause.elements.forEach((element) => names.add(element.name.text));
    }
    if (
      !ts.canHaveModifiers(statement) ||
      !ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    ) {
      continue;
    }
    if (ts.isVariableStatement(statement)) {
      statement.declarationList.declarations.forEach(({ name }) => names.add(name.getText(file)));
    } else if ('name' in statement && statement.name !== undefined) {
      const name = /** @type {ts.Identifier} */ (statement.name).text;
      names.add(name);
      if (ts.isClassDeclaration(statement)) {
        statement.members.forEach((member) => names.add(`${name}.${member.name?.getText(file)}`));
      }
    }
  }
  return names;
}
