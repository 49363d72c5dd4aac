import '@tensorflow/tfjs-backend-cpu';
import { memory, setBackend, tidy } from '@tensorflow/tfjs-core';
import { expectClose, tensorsLeftBy } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Position } from './rotary-positions';
import {
  decoderPositions,
  diagonalPositions,
  encoderPositions,
  gridPositions,
  RotaryPositions,
  rotationAngles,
} from './rotary-positions';

/** Tables are rounded to float32 once: half of its spacing below 1 is 6e-8. */
const ROUNDING = 6e-8;

const pairs = (positions: readonly Position[]): [number, number][] =>
  positions.map(({ row, column }) => [row, column]);

describe('gridPositions', () => {
  it('counts columns first and shifts both axes', () => {
    const positions = gridPositions({ rows: 2, columns: 3 }, 10);
    expect(pairs(positions)).toEqual([[10, 10], [10, 11], [10, 12], [11, 10], [11, 11], [11, 12]]); // prettier-ignore
  });
});

describe('diagonalPositions', () => {
  it('moves along both axes at once', () => {
    expect(pairs(diagonalPositions(3, 5))).toEqual([[5, 5], [6, 6], [7, 7]]); // prettier-ignore
    expect(diagonalPositions(0, 5)).toEqual([]);
  });
});

describe('encoderPositions', () => {
  it('shifts each grid, and the latents, by the number of tokens before', () => {
    const grids = [
      { rows: 2, columns: 1 },
      { rows: 2, columns: 2 },
    ];
    expect(pairs(encoderPositions(grids, 2))).toEqual([
      [0, 0], [1, 0],
      [2, 2], [2, 3], [3, 2], [3, 3],
      [6, 6], [7, 7],
    ]); // prettier-ignore
  });
});

describe('decoderPositions', () => {
  it('puts latents first and shifts the grid by their number', () => {
    const positions = decoderPositions(2, { rows: 1, columns: 2 });
    expect(pairs(positions)).toEqual([[0, 0], [1, 1], [2, 2], [2, 3]]); // prettier-ignore
  });
});

describe('rotationAngles', () => {
  it('turns the first half of the pairs by the row, the second by the column', () => {
    // A head of 8 has two pairs per axis, of frequencies 1 and 100^(-1/2) = 0.1.
    const { cos, sin } = rotationAngles([{ row: 2, column: 3 }], 8, 100);
    const angles = [2, 0.2, 3, 0.3];
    expectClose(cos, angles.map(Math.cos), ROUNDING);
    expectClose(sin, angles.map(Math.sin), ROUNDING);
  });

  it('does not turn what stands at 0', () => {
    const { cos, sin } = rotationAngles(diagonalPositions(1, 0), 4, 10000);
    expect([...cos]).toEqual([1, 1]);
    expect([...sin]).toEqual([0, 0]);
  });
});

describe('RotaryPositions', () => {
  beforeAll(() => setBackend('cpu'));

  it('makes its table once, keeps it through a tidy and frees it', async () => {
    const left = await tensorsLeftBy(() => {
      const positions = new RotaryPositions(diagonalPositions(3, 1), 8, 100);
      const before = memory().numTensors;
      tidy(() => {
        expect(positions.table.cos.isDisposed).toBe(false);
      });
      const { cos, sin } = positions.table;
      expect(memory().numTensors - before).toBe(2);
      expect(positions.table.cos).toBe(cos);
      expect([cos.shape, sin.shape]).toEqual([[3, 4], [3, 4]]); // prettier-ignore
      const angles = [1, 0.1, 1, 0.1, 2, 0.2, 2, 0.2, 3, 0.3, 3, 0.3];
      expectClose(cos, angles.map(Math.cos), ROUNDING);
      expectClose(sin, angles.map(Math.sin), ROUNDING);
      positions.dispose();
    });
    expect(left).toBe(0);
  });

  it('can be disposed before use and twice, and makes the table anew', async () => {
    const positions = new RotaryPositions(diagonalPositions(1, 0), 4, 10000);
    positions.dispose();
    const left = await tensorsLeftBy(() => {
      expect([...positions.table.cos.dataSync()]).toEqual([1, 1]);
      positions.dispose();
      positions.dispose();
      expect([...positions.table.cos.dataSync()]).toEqual([1, 1]);
      positions.dispose();
    });
    expect(left).toBe(0);
  });
});
