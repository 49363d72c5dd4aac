import { ShapeError } from '@restok/core';
import type { TokenGrid } from '@restok/core';
import { describe, expect, it } from 'vitest';
import type { TokenMap } from './token-map';
import {
  areaPoolMap,
  denseTokenMap,
  nearestMap,
  nearestMap1d,
  tokenMap,
  transposeTokenMap,
} from './token-map';

function grid(rows: number, columns: number): TokenGrid {
  return { rows, columns };
}

/** The rows of the map's matrix. */
function rowsOf(map: TokenMap): number[][] {
  const dense = [...denseTokenMap(map)];
  return Array.from({ length: map.numOutputs }, (_, output) =>
    dense.slice(output * map.numInputs, (output + 1) * map.numInputs),
  );
}

describe('tokenMap', () => {
  it('stores the sources of each output one after the other', () => {
    const map = tokenMap(4, [
      [{ source: 3, weight: 1 }],
      [],
      [
        { source: 0, weight: 0.5 },
        { source: 1, weight: 0.25 },
      ],
    ]);
    expect(map.numInputs).toBe(4);
    expect(map.numOutputs).toBe(3);
    expect([...map.offsets]).toEqual([0, 1, 1, 3]);
    expect([...map.sources]).toEqual([3, 0, 1]);
    expect([...map.weights]).toEqual([1, 0.5, 0.25]);
  });

  it.each([-1, 2, 0.5])('throws ShapeError for source %d of two', (source) => {
    expect(() => tokenMap(2, [[{ source, weight: 1 }]])).toThrow(ShapeError);
    expect(() => tokenMap(2, [[{ source, weight: 1 }]])).toThrow(`in 0 ... 1, got ${source}`);
  });
});

describe('denseTokenMap', () => {
  it('has a row per output, and adds up sources that are named twice', () => {
    const twice = { source: 1, weight: 0.5 };
    expect(rowsOf(tokenMap(2, [[twice, twice], [{ source: 0, weight: 2 }]]))).toEqual([
      [0, 1],
      [2, 0],
    ]);
  });
});

describe('areaPoolMap', () => {
  it('averages the cells under each target cell', () => {
    expect(rowsOf(areaPoolMap(grid(2, 4), grid(1, 2)))).toEqual([
      [0.25, 0.25, 0, 0, 0.25, 0.25, 0, 0],
      [0, 0, 0.25, 0.25, 0, 0, 0.25, 0.25],
    ]);
  });

  it('lets cells overlap where the sizes do not divide', () => {
    // Ranges of adaptive pooling from 3 to 2: 0 to 2 and 1 to 3.
    expect(rowsOf(areaPoolMap(grid(1, 3), grid(1, 2)))).toEqual([
      [0.5, 0.5, 0],
      [0, 0.5, 0.5],
    ]);
  });

  it('repeats cells where the target is finer', () => {
    expect(rowsOf(areaPoolMap(grid(2, 1), grid(3, 1)))).toEqual([
      [1, 0],
      [0.5, 0.5],
      [0, 1],
    ]);
  });

  it('has weights that add up to 1 for each output', () => {
    for (const to of [grid(1, 1), grid(2, 2), grid(3, 4), grid(8, 8)]) {
      for (const row of rowsOf(areaPoolMap(grid(5, 7), to))) {
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
      }
    }
  });

  it('is made once per pair of grids', () => {
    expect(areaPoolMap(grid(4, 4), grid(2, 2))).toBe(areaPoolMap(grid(4, 4), grid(2, 2)));
    expect(areaPoolMap(grid(4, 4), grid(2, 2))).not.toBe(nearestMap(grid(4, 4), grid(2, 2)));
    expect(areaPoolMap(grid(2, 8), grid(1, 1))).not.toBe(areaPoolMap(grid(4, 4), grid(1, 1)));
  });
});

describe('nearestMap', () => {
  it('copies the cell that each target cell falls in', () => {
    const map = nearestMap(grid(2, 2), grid(4, 2));
    expect([...map.sources]).toEqual([0, 1, 0, 1, 2, 3, 2, 3]);
    expect([...map.weights]).toEqual(Array(8).fill(1));
  });

  it('picks every second cell of a grid twice as wide', () => {
    expect([...nearestMap(grid(2, 4), grid(2, 2)).sources]).toEqual([0, 2, 4, 6]);
  });
});

describe('nearestMap1d', () => {
  it('rounds down', () => {
    expect([...nearestMap1d(6, 3).sources]).toEqual([0, 2, 4]);
    expect([...nearestMap1d(5, 2).sources]).toEqual([0, 2]);
    expect([...nearestMap1d(2, 5).sources]).toEqual([0, 0, 0, 1, 1]);
  });
});

describe('transposeTokenMap', () => {
  it('has the transposed matrix', () => {
    const map = areaPoolMap(grid(3, 3), grid(2, 2));
    const transposed = rowsOf(transposeTokenMap(map));
    rowsOf(map).forEach((row, output) => {
      row.forEach((weight, input) => expect(transposed[input]![output]).toBe(weight));
    });
  });

  it('is found again, and gives the map back when transposed', () => {
    const map = tokenMap(3, [[{ source: 2, weight: 2 }], [{ source: 0, weight: 3 }]]);
    expect(transposeTokenMap(map)).toBe(transposeTokenMap(map));
    expect(transposeTokenMap(transposeTokenMap(map))).toEqual(map);
  });
});
