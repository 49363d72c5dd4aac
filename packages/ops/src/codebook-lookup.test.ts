import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { grad, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
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
import { gatherRows, nearestCode, squaredDistances } from './codebook-lookup';

const indices = (...values: number[]): Tensor1D => tensor1d(values, 'int32');
const pick =
  (rows: Tensor1D) =>
  ([table]: Tensor[]): Tensor =>
    gatherRows(table as Tensor2D, rows);

/** Five points of the plane; the last two are the same. */
const codebook = (): Tensor2D =>
  tensor2d([
    [0, 0],
    [3, 4],
    [-1, 0],
    [0, 2],
    [0, 2],
  ]);

describe.each(testBackends)('nearestCode on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('finds the row at the smallest distance', () => {
    tidy(() => {
      const nearest = nearestCode(
        tensor2d([
          [0.2, 0.1],
          [2, 3],
          [-9, 0],
          [0.4, 1.5],
        ]),
        codebook(),
      );
      expect(nearest.dtype).toBe('int32');
      expect([...nearest.dataSync()]).toEqual([0, 1, 2, 3]);
    });
  });

  it('takes the first of rows that are equally near', () => {
    tidy(() => {
      // (0, 2) is a row twice; (-0.5, 0) lies half-way between rows 0 and 2.
      expect([
        ...nearestCode(
          tensor2d([
            [0, 2],
            [-0.5, 0],
          ]),
          codebook(),
        ).dataSync(),
      ]).toEqual([3, 0]);
    });
  });

  it('agrees with a search of its own for more rows than a vector holds', () => {
    tidy(() => {
      const [latents, rows] = [seededTensor(1, 25, 3) as Tensor2D, seededTensor(2, 13, 3) as Tensor2D];
      const points = rows.arraySync();
      const expected = latents.arraySync().map((latent) => {
        const distances = points.map((row) => Math.hypot(...row.map((value, k) => value - latent[k]!)));
        return distances.indexOf(Math.min(...distances));
      });
      expect([...nearestCode(latents, rows).dataSync()]).toEqual(expected);
    });
  });

  it('stays inside the codebook for latents and rows that are not numbers or beyond float32', () => {
    tidy(() => {
      const odd = [Number.NaN, Infinity, -Infinity, 3e38, -3e38, 0];
      const latents = tensor2d(odd.flatMap((a) => odd.map((b) => [a, b])));
      const damaged = tensor2d([
        [Number.NaN, 0],
        [Infinity, 1],
        [0, -Infinity],
      ]);
      for (const rows of [codebook(), damaged]) {
        const nearest = [...nearestCode(latents, rows).dataSync()];
        expect(nearest).toHaveLength(36);
        expect(nearest.filter((index) => !(index >= 0 && index < rows.shape[0]))).toEqual([]);
      }
    });
  });

  it('finds the right rows of the latents beside one that is NaN', () => {
    tidy(() => {
      const nearest = nearestCode(
        tensor2d([
          [3, 4],
          [Number.NaN, 1],
          [-1, 0],
        ]),
        codebook(),
      ).dataSync();
      expect([nearest[0], nearest[2]]).toEqual([1, 2]);
    });
  });

  it('throws ShapeError when the widths differ', () => {
    tidy(() => {
      expect(() => nearestCode(tensor2d([[1, 2, 3]]), codebook())).toThrow(ShapeError);
      expect(() => nearestCode(tensor2d([[1, 2, 3]]), codebook())).toThrow(
        'latents must be [N, 2], got [1, 3]',
      );
    });
  });

  it('leaves no tensors behind', async () => {
    const [latents, rows] = [seededTensor(1, 4, 2) as Tensor2D, codebook()];
    expect(await tensorsLeftBy(() => nearestCode(latents, rows).dispose())).toBe(0);
    [latents, rows].forEach((tensor) => tensor.dispose());
  });
});

describe.each(testBackends)('squaredDistances on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('is the squared distance of every latent to every row', () => {
    tidy(() => {
      const distances = squaredDistances(
        tensor2d([
          [0, 0],
          [1, 2],
        ]),
        codebook(),
      );
      expect(distances.shape).toEqual([2, 5]);
      expectClose(distances, [0, 25, 1, 4, 4, 5, 8, 8, 1, 1], KERNEL_TOLERANCE);
    });
  });

  it('has the gradients of numerical differentiation', () => {
    const compute = ([latents, rows]: Tensor[]): Tensor =>
      squaredDistances(latents as Tensor2D, rows as Tensor2D);
    tidy(() => expectGradients(compute, [seededTensor(1, 2, 3), seededTensor(2, 4, 3)]));
  });

  it('leaves no tensors behind, forward and backward', async () => {
    const [latents, rows] = [seededTensor(1, 2, 3) as Tensor2D, seededTensor(2, 4, 3) as Tensor2D];
    expect(await tensorsLeftBy(() => squaredDistances(latents, rows).dispose())).toBe(0);
    const compute = ([z, e]: Tensor[]): Tensor => squaredDistances(z as Tensor2D, e as Tensor2D);
    expect(await tensorsLeftBy(() => runWithGradients(compute, [latents, rows]))).toBe(0);
    [latents, rows].forEach((tensor) => tensor.dispose());
  });
});

describe.each(testBackends)('gatherRows on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('picks rows in the order of the indices', () => {
    tidy(() => {
      expect(gatherRows(codebook(), indices(1, 3, 1)).arraySync()).toEqual([
        [3, 4],
        [0, 2],
        [3, 4],
      ]);
    });
  });

  it('adds up the gradients of a row that is picked twice and leaves the others at 0', () => {
    tidy(() => {
      const gradient = grad((table: Tensor) => gatherRows(table as Tensor2D, indices(1, 3, 1)))(
        codebook(),
        tensor2d([
          [1, 2],
          [10, 20],
          [100, 200],
        ]),
      );
      expect([...gradient.dataSync()]).toEqual([0, 0, 101, 202, 0, 0, 10, 20, 0, 0]);
    });
  });

  it('has the gradient of numerical differentiation', () => {
    tidy(() => expectGradients(pick(indices(2, 0, 2, 3)), [seededTensor(1, 4, 5)]));
  });

  it.each([5, -1, 2 ** 31 - 1, -(2 ** 31)])('throws ShapeError for index %d of five rows', (index) => {
    tidy(() => {
      const run = (): Tensor => gatherRows(codebook(), indices(0, index));
      expect(run).toThrow(ShapeError);
      expect(run).toThrow(`gatherRows: indices must be in 0 ... 4, got ${index} at position 1`);
    });
  });

  it('checks indices of a search through more rows than the table has', () => {
    tidy(() => {
      const nearest = nearestCode(tensor2d([[3, 4]]), codebook());
      expect(gatherRows(codebook(), nearest).arraySync()).toEqual([[3, 4]]);
      expect(() => gatherRows(tensor2d([[0, 0]]), nearest)).toThrow('indices must be in 0 ... 0, got 1');
    });
  });

  it('throws ShapeError for indices that are not int32', () => {
    tidy(() => {
      expect(() => gatherRows(codebook(), tensor1d([0, 1]))).toThrow('must be int32, got float32');
    });
  });

  it('leaves no tensors behind', async () => {
    const [table, rows] = [codebook(), indices(0, 4)];
    expect(await tensorsLeftBy(() => runWithGradients(pick(rows), [table]))).toBe(0);
    [table, rows].forEach((tensor) => tensor.dispose());
  });
});
