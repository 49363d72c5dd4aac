import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
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
import type { RotationTable } from './normalize-and-rotate';
import { rotateHeads } from './rotate-heads';

/** Two positions: no turn, and a quarter turn. */
const quarterTurn = (): RotationTable => ({ cos: tensor2d([[1], [0]]), sin: tensor2d([[0], [1]]) });

const TWO_TO_ONE = { numHeads: 2, numKeyHeads: 1 };

describe.each(testBackends)('rotateHeads on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('turns neighbouring channels of queries and keys by their position, not the values', () => {
    tidy(() => {
      // Two query heads, one key head, one value head, of width 2; (a, b) turns to (-b, a).
      const position = [1, 2, 3, 4, 5, 6, 7, 8];
      const qkv = tensor3d([...position, ...position], [1, 2, 8]);
      const turned = [-2, 1, -4, 3, -6, 5, 7, 8];
      expectClose(rotateHeads(qkv, quarterTurn(), TWO_TO_ONE), [...position, ...turned], KERNEL_TOLERANCE);
    });
  });

  it('turns every sample alike', () => {
    tidy(() => {
      const one = [1, 2, 3, 4, 5, 6];
      const qkv = tensor3d([...one, ...one, ...one, ...one], [2, 2, 6]);
      const y = rotateHeads(qkv, quarterTurn(), { numHeads: 1, numKeyHeads: 1 });
      const turned = [-2, 1, -4, 3, 5, 6];
      expectClose(y, [...one, ...turned, ...one, ...turned], KERNEL_TOLERANCE);
    });
  });

  it('has the gradient of numerical differentiation', () => {
    tidy(() => {
      const table = { cos: seededTensor(2, 2, 2), sin: seededTensor(3, 2, 2) } as RotationTable;
      const compute = ([qkv]: Tensor[]): Tensor => rotateHeads(qkv as Tensor3D, table, TWO_TO_ONE);
      expectGradients(compute, [seededTensor(1, 2, 2, 16)]);
    });
  });

  it('throws ShapeError when heads or positions do not fit', () => {
    tidy(() => {
      const qkv = seededTensor(1, 1, 3, 8) as Tensor3D;
      expect(() => rotateHeads(qkv, quarterTurn(), TWO_TO_ONE)).toThrow(
        'rotateHeads: rotation must be [3, 1], got [2, 1]',
      );
      expect(() => rotateHeads(qkv, quarterTurn(), { numHeads: 3, numKeyHeads: 2 })).toThrow(ShapeError);
      expect(() => rotateHeads(qkv, quarterTurn(), { numHeads: 1, numKeyHeads: 1 })).toThrow(
        'rotateHeads: qkv must split into 1 heads of queries and twice 1 of keys and values, got [1, 3, 8]',
      );
    });
  });

  it('leaves no tensors behind', async () => {
    const [qkv, table] = [seededTensor(1, 1, 2, 8), quarterTurn()];
    const compute = ([x]: Tensor[]): Tensor => rotateHeads(x as Tensor3D, table, TWO_TO_ONE);
    expect(await tensorsLeftBy(() => runWithGradients(compute, [qkv]))).toBe(0);
    [qkv, table.cos, table.sin].forEach((tensor) => tensor.dispose());
  });
});
