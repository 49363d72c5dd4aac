/**
 * The cell of a grid that a key leads to from another, row by row from 0 on.
 *
 * @returns undefined for keys that do not move.
 */
export function cellAfterKey(key: string, cell: number, columns: number, rows: number): number | undefined {
  const column = cell % columns;
  const row = Math.floor(cell / columns);
  const at = (nextColumn: number, nextRow: number): number =>
    Math.min(rows - 1, Math.max(0, nextRow)) * columns + Math.min(columns - 1, Math.max(0, nextColumn));
  switch (key) {
    case 'ArrowRight':
      return at(column + 1, row);
    case 'ArrowLeft':
      return at(column - 1, row);
    case 'ArrowDown':
      return at(column, row + 1);
    case 'ArrowUp':
      return at(column, row - 1);
    case 'Home':
      return at(0, 0);
    case 'End':
      return at(columns - 1, rows - 1);
    default:
      return undefined;
  }
}
