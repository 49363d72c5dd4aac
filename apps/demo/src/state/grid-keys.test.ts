import { describe, expect, it } from 'vitest';
import { cellAfterKey } from './grid-keys';

describe('cellAfterKey', () => {
  // 0 1 2
  // 3 4 5
  const after = (key: string, cell: number) => cellAfterKey(key, cell, 3, 2);

  it('goes by one cell or by a row', () => {
    expect(after('ArrowRight', 0)).toBe(1);
    expect(after('ArrowLeft', 4)).toBe(3);
    expect(after('ArrowDown', 1)).toBe(4);
    expect(after('ArrowUp', 5)).toBe(2);
    expect(after('Home', 4)).toBe(0);
    expect(after('End', 0)).toBe(5);
  });

  it('stays within the grid', () => {
    expect(after('ArrowRight', 2)).toBe(2);
    expect(after('ArrowLeft', 3)).toBe(3);
    expect(after('ArrowDown', 5)).toBe(5);
    expect(after('ArrowUp', 0)).toBe(0);
  });

  it('leaves other keys alone', () => {
    expect(after('Tab', 0)).toBeUndefined();
    expect(after('a', 0)).toBeUndefined();
  });
});
