import { expectClose } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import {
  antialiasedBicubicMatrix,
  areaMatrix,
  bicubicMatrix,
  blurMatrix,
  selectionMatrix,
} from './axis-matrices';
import type { AxisMatrix } from './mix-axis';

/** One float32 rounding. */
const ROUNDING = 1e-6;

function rowSums({ outputs, inputs, values }: AxisMatrix): number[] {
  return Array.from({ length: outputs }, (_, i) =>
    values.subarray(i * inputs, (i + 1) * inputs).reduce((sum, value) => sum + value, 0),
  );
}

describe('bicubicMatrix', () => {
  it('is the identity where the size stays', () => {
    expectClose(bicubicMatrix(3, 3).values, [1, 0, 0, 0, 1, 0, 0, 0, 1], ROUNDING);
  });

  it('has the weights of the kernel with a = -0.75 and repeats the edge', () => {
    // The first of four outputs lies a quarter left of the first of two inputs.
    const tap = (distance: number): number =>
      distance < 1
        ? 1.25 * distance ** 3 - 2.25 * distance ** 2 + 1
        : -0.75 * (distance ** 3 - 5 * distance ** 2 + 8 * distance - 4);
    const weights = [tap(1.75) + tap(0.75) + tap(0.25), tap(1.25)];
    expectClose(bicubicMatrix(2, 4).values.subarray(0, 2), weights, ROUNDING);
  });
});

describe('antialiasedBicubicMatrix', () => {
  it('keeps a constant, and the order of a ramp', () => {
    const matrix = antialiasedBicubicMatrix(37, 16);
    expectClose(rowSums(matrix), new Array<number>(16).fill(1), ROUNDING);
    const centres = Array.from({ length: 16 }, (_, i) =>
      matrix.values.subarray(i * 37, (i + 1) * 37).reduce((sum, value, j) => sum + value * (j + 0.5), 0),
    );
    // Away from the edges the kernel is symmetric about the output's own centre.
    expectClose(
      centres.slice(3, 13),
      Array.from({ length: 10 }, (_, i) => ((i + 3.5) * 37) / 16),
      2e-3,
    );
  });

  it('has the weights of the kernel with a = -0.5 when it enlarges', () => {
    const tap = (distance: number): number =>
      distance < 1
        ? 1.5 * distance ** 3 - 2.5 * distance ** 2 + 1
        : -0.5 * (distance ** 3 - 5 * distance ** 2 + 8 * distance - 4);
    // Output 3 of 8 lies at 1.75 of four inputs, whose centres are 0.5, 1.5, 2.5 and 3.5.
    const weights = [1.25, 0.25, 0.75, 1.75].map(tap);
    expectClose(antialiasedBicubicMatrix(4, 8).values.subarray(12, 16), weights, ROUNDING);
  });
});

describe('areaMatrix', () => {
  it('averages windows that overlap where the size does not divide', () => {
    expectClose(areaMatrix(3, 2).values, [0.5, 0.5, 0, 0, 0.5, 0.5], ROUNDING);
  });
});

describe('blurMatrix', () => {
  it('keeps every second pixel of (1, 3, 3, 1) / 8, zeros outside', () => {
    expectClose(blurMatrix(4).values, [3 / 8, 3 / 8, 1 / 8, 0, 0, 1 / 8, 3 / 8, 3 / 8], ROUNDING);
  });
});

describe('selectionMatrix', () => {
  it('picks pixels', () => {
    expect([...selectionMatrix(3, [2, 0]).values]).toEqual([0, 0, 1, 1, 0, 0]);
  });
});
