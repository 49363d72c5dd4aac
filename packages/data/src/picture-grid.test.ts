import { DataError, ShapeError } from '@restok/core/errors';
import { describe, expect, it } from 'vitest';
import { fromUnitRange, toUnitRange } from './picture';
import type { Picture } from './picture';
import { pictureGrid } from './picture-grid';

const WHITE = 255;

function flat(red: number): Picture {
  return { width: 2, height: 1, pixels: Uint8Array.of(red, 0, 9, red, 0, 9) };
}

function reds({ pixels, width, height }: Picture): number[][] {
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_unused, column) => pixels[(row * width + column) * 3]!),
  );
}

describe('pictureGrid', () => {
  it('sets pictures in rows with a gap around each, and white where a row is short', async () => {
    const grid = await pictureGrid([[flat(10), flat(20)], [flat(30)]], { gap: 1 });
    const gap = Array.from({ length: 7 }, () => WHITE);
    expect(reds(grid)).toEqual([
      gap,
      [WHITE, 10, 10, WHITE, 20, 20, WHITE],
      gap,
      [WHITE, 30, 30, WHITE, WHITE, WHITE, WHITE],
      gap,
    ]);
  });

  it('makes room for captions, whatever characters they hold', async () => {
    const plain = await pictureGrid([[flat(10)]], { gap: 1 });
    const labelled = await pictureGrid([[flat(10)]], { gap: 1, columnLabels: ['<a> & "b"'] });
    expect(labelled.height).toBe(plain.height + 20);
    // The first row below the captions and the gap is the picture's.
    expect(reds(labelled)[21]).toEqual([WHITE, 10, 10, WHITE]);
  });

  it('makes room for the longest row label to the left, level with its row', async () => {
    const tile = { width: 3, height: 30, pixels: new Uint8Array(270).fill(7) };
    const grid = await pictureGrid([[tile], [tile]], { gap: 1, rowLabels: ['one', 'three'] });
    expect([grid.width, grid.height]).toEqual([5 * 7 + 5, 63]);
    const rows = reds(grid).map((row) => row.slice(0, 35));
    const isDark = (from: number, to: number): boolean =>
      rows
        .slice(from, to)
        .flat()
        .some((red) => red < 128);
    expect([isDark(0, 31), isDark(31, 63)]).toEqual([true, true]);
    expect(reds(grid)[1]!.slice(35)).toEqual([WHITE, 7, 7, 7, WHITE]);
  });

  it('starts with an empty row if it must, and leaves out captions over no column', async () => {
    const grid = await pictureGrid([[], [flat(10)]], { gap: 0, columnLabels: [] });
    expect(reds(grid)).toEqual([
      [WHITE, WHITE],
      [10, 10],
    ]);
    const labelled = await pictureGrid([[flat(10)]], { columnLabels: ['a', 'over nothing'] });
    expect(labelled.width).toBe(14);
  });

  it('draws captions dark on white, and only above the pictures', async () => {
    const tile = { width: 60, height: 1, pixels: new Uint8Array(180).fill(7) };
    const grid = await pictureGrid([[tile]], { gap: 0, columnLabels: ['\0\ud800'] });
    expect(grid.height).toBe(21);
    expect(reds(grid)[20]).toEqual(Array.from({ length: 60 }, () => 7));
    expect(new Set(reds(grid)[0])).toEqual(new Set([WHITE]));
  });

  it('makes grids of any height, and refuses captions wider than can be drawn', async () => {
    const tall = { width: 1, height: 40_000, pixels: new Uint8Array(120_000).fill(1) };
    const grid = await pictureGrid([[tall]], { gap: 1, columnLabels: ['a'] });
    expect([grid.width, grid.height, grid.pixels.at(-4 * 3)]).toEqual([3, 40_022, WHITE]);
    expect(grid.pixels.at(-5 * 3)).toBe(1);
    const wide = { width: 40_000, height: 1, pixels: tall.pixels };
    await expect(pictureGrid([[wide]], { columnLabels: ['a'] })).rejects.toThrow(
      'pictureGrid: 40012 pixels are too wide for captions, which reach 32767. Leave the labels out.',
    );
  });

  it.each([-1, 0.5])('refuses a gap of %d', async (gap) => {
    await expect(pictureGrid([[flat(1)]], { gap })).rejects.toThrow(ShapeError);
  });

  it('throws DataError when there is no picture or the sizes differ', async () => {
    await expect(pictureGrid([])).rejects.toThrow(DataError);
    await expect(pictureGrid([[]])).rejects.toThrow(DataError);
    const square = { width: 1, height: 1, pixels: new Uint8Array(3) };
    await expect(pictureGrid([[flat(1)], [square]])).rejects.toThrow(/all of one size/);
  });
});

describe('fromUnitRange', () => {
  it('clamps and rounds to 8 bits', () => {
    // 0.5 * 255 = 127.5 is rounded up.
    expect([...fromUnitRange([-1, 2, 0.5, 1 / 255, 0.3 / 255, 0.7 / 255], 2, 1).pixels]).toEqual([
      0, 255, 128, 1, 0, 1,
    ]);
  });

  it('undoes toUnitRange for every value', () => {
    const pixels = Uint8Array.from({ length: 258 }, (_, i) => i % 256);
    const picture = { width: 86, height: 1, pixels };
    expect(fromUnitRange(toUnitRange(picture), 86, 1)).toEqual(picture);
  });
});
