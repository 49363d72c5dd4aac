import type { Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { cos, ones, sin, tensor1d, tensor2d, tensor3d, tidy, zeros } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import {
  expectClose,
  expectGradients,
  KERNEL_TOLERANCE,
  runWithGradients,
  seededTensor,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { QueryKeyNorm, RotationTable } from './normalize-and-rotate';
import { normalizeAndRotate } from './normalize-and-rotate';

/** Angles in quarter turns, one row per position. */
function quarterTurns(rows: number[][]): RotationTable {
  const angles = tensor2d(rows.map((row) => row.map((turns) => (turns * Math.PI) / 2)));
  return { cos: cos(angles), sin: sin(angles) };
}

function plainNorm(headWidth: number): QueryKeyNorm {
  const [gain, shift] = [ones([headWidth]) as Tensor1D, zeros([headWidth]) as Tensor1D];
  return { queryGain: gain, queryShift: shift, keyGain: gain, keyShift: shift };
}

function computeWith(rotation: RotationTable, numHeads: number) {
  return ([qkv, queryGain, queryShift, keyGain, keyShift]: Tensor[]): Tensor =>
    normalizeAndRotate(
      qkv as Tensor3D,
      {
        queryGain: queryGain as Tensor1D,
        queryShift: queryShift as Tensor1D,
        keyGain: keyGain as Tensor1D,
        keyShift: keyShift as Tensor1D,
      },
      rotation,
      { numHeads, epsilon: 1e-5 },
    );
}

const inputsOf = (positions: number, numHeads: number, headWidth: number): Tensor[] => [
  seededTensor(1, 2, positions, 3 * numHeads * headWidth),
  ...[2, 3, 4, 5].map((seed) => seededTensor(seed, headWidth)),
];

describe.each(testBackends)('normalizeAndRotate on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('normalises queries and keys, turns them by their position, and passes values', () => {
    tidy(() => {
      // Query (1, 3) and key (3, 1) have mean 2 and variance 1; the second position turns by 90 degrees.
      const token = [1, 3, 3, 1, 9, 8];
      const norm: QueryKeyNorm = {
        queryGain: tensor1d([2, 1]),
        queryShift: tensor1d([1, 0]),
        keyGain: tensor1d([1, 3]),
        keyShift: tensor1d([0, 1]),
      };
      const y = normalizeAndRotate(
        tensor3d([...token, ...token], [1, 2, 6]),
        norm,
        quarterTurns([[0], [1]]),
        {
          numHeads: 1,
          epsilon: 1e-9,
        },
      );
      // Query (-1, 1) and key (1, -2), and (a, b) turned to (-b, a).
      expectClose(y, [-1, 1, 1, -2, 9, 8, -1, -1, 2, 1, 9, 8], KERNEL_TOLERANCE);
    });
  });

  it('turns neighbouring channels, each pair by its own angle, alike in every head', () => {
    tidy(() => {
      // A gain of 0 leaves the shift 1 2 3 4: its pairs turn by 90 and by 180 degrees.
      const zero = zeros([4]) as Tensor1D;
      const shift = tensor1d([1, 2, 3, 4]);
      const norm = { queryGain: zero, queryShift: shift, keyGain: zero, keyShift: shift };
      const values = [1, 2, 3, 4, 5, 6, 7, 8];
      const qkv = tensor3d([...values, ...values, ...values], [1, 1, 24]);
      const y = normalizeAndRotate(qkv, norm, quarterTurns([[1, 2]]), { numHeads: 2, epsilon: 1e-5 });
      const head = [-2, 1, -3, -4];
      expectClose(y, [...head, ...head, ...head, ...head, ...values], KERNEL_TOLERANCE);
    });
  });

  it('keeps lengths, whatever the angles', () => {
    tidy(() => {
      // Normalised heads of 4 channels have length 2.
      const angles = quarterTurns([
        [0.3, 1.7],
        [2.9, -0.4],
      ]);
      const y = normalizeAndRotate(seededTensor(1, 1, 2, 12) as Tensor3D, plainNorm(4), angles, {
        numHeads: 1,
        epsilon: 1e-9,
      });
      const values = [...y.dataSync()];
      for (const start of [0, 4, 12, 16]) {
        expect(Math.hypot(...values.slice(start, start + 4))).toBeCloseTo(2, 4);
      }
    });
  });

  // Fast kernels take four channels of a head at a time; six of them run the reference.
  it.each([4, 6])('has the gradients of numerical differentiation for heads of %d channels', (headWidth) => {
    tidy(() => {
      const pairs = headWidth / 2;
      const turns = (from: number): number[] => Array.from({ length: pairs }, (_, i) => from + 0.7 * i);
      const rotation = quarterTurns([turns(0.1), turns(-1.3)]);
      expectGradients(computeWith(rotation, 2), inputsOf(2, 2, headWidth));
    });
  });

  it('throws ShapeError when heads, norm or table do not fit', () => {
    tidy(() => {
      const run =
        (width: number, headWidth: number, table: RotationTable, numHeads = 1) =>
        () =>
          normalizeAndRotate(zeros([1, 2, width]) as Tensor3D, plainNorm(headWidth), table, {
            numHeads,
            epsilon: 1e-5,
          });
      const table = quarterTurns([[0], [1]]);
      expect(run(9, 3, table)).toThrow(ShapeError);
      expect(run(9, 3, table)).toThrow(
        'normalizeAndRotate: qkv must split into 3 x 1 heads of an even width',
      );
      expect(run(6, 2, table, 2)).toThrow('3 x 2 heads of an even width');
      expect(run(6, 4, table)).toThrow('normalizeAndRotate: queryGain must be [2], got [4]');
      expect(run(6, 2, quarterTurns([[0]]))).toThrow(
        'normalizeAndRotate: rotation must be [2, 1], got [1, 1]',
      );
      expect(run(12, 4, table)).toThrow('rotation must be [2, 2], got [2, 1]');
    });
  });

  it('leaves no tensors behind', async () => {
    const rotation: RotationTable = { cos: tensor2d([[1], [0]]), sin: tensor2d([[0], [1]]) };
    const inputs = inputsOf(2, 1, 2);
    expect(await tensorsLeftBy(() => runWithGradients(computeWith(rotation, 1), inputs))).toBe(0);
    [...inputs, rotation.cos, rotation.sin].forEach((tensor) => tensor.dispose());
  });
});
