import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { add, dispose, grad, grads, mul, sum, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { expectClose, KERNEL_TOLERANCE, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import type { VectorQuantizerOptions } from './vector-quantizer';
import { VectorQuantizer } from './vector-quantizer';

/** A quantiser of the plane with the given rows. */
function quantizerOf(
  rows: [number, number][],
  options: Partial<VectorQuantizerOptions> = {},
): VectorQuantizer {
  const quantizer = new VectorQuantizer({
    codebookSize: rows.length,
    codeWidth: 2,
    normalize: false,
    commitmentLossWeight: 0.25,
    entropyLossWeight: 0,
    ...options,
  });
  quantizer.replaceCodebook(tensor2d(rows));
  return quantizer;
}

const threeRows: [number, number][] = [
  [0, 0],
  [1, 0],
  [0, 4],
];

/** One sample of two latents: half a unit from row 1, and one unit from row 2. */
const twoLatents = (): Tensor3D => tensor3d([1, 0.5, 0, 3], [1, 2, 2]);

const int32 = (values: number[], shape: [number, number]): Tensor2D => tensor2d(values, shape, 'int32');

describe.each(testBackends)('VectorQuantizer on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('replaces each latent by its nearest row', () => {
    const quantizer = quantizerOf(threeRows);
    tidy(() => {
      const { codes, indices } = quantizer.quantize(twoLatents());
      expect(indices.dtype).toBe('int32');
      expect(indices.arraySync()).toEqual([[1, 2]]);
      expect(codes.shape).toEqual([1, 2, 2]);
      expectClose(codes, [1, 0, 0, 4], KERNEL_TOLERANCE);
    });
    quantizer.dispose();
  });

  it('chooses the first of rows that are equally near', () => {
    // (0, 0) is equally far from rows 1 to 4; rows 5 and 6 are the same.
    const quantizer = quantizerOf([[9, 9], [1, 0], [0, 1], [-1, 0], [0, -1], [5, 5], [5, 5]]); // prettier-ignore
    tidy(() => {
      const { indices } = quantizer.quantize(tensor3d([0, 0, 5, 5, 0.5, 0.5], [1, 3, 2]));
      expect(indices.arraySync()).toEqual([[1, 5, 1]]);
    });
    quantizer.dispose();
  });

  it('reports the weighted losses and their sum', () => {
    const quantizer = quantizerOf(threeRows);
    tidy(() => {
      const losses = quantizer.quantize(twoLatents());
      // Squared differences 0, 0.25, 0 and 1.
      expectClose(losses.codebookLoss, [1.25 / 4], KERNEL_TOLERANCE);
      expectClose(losses.commitmentLoss, [(0.25 * 1.25) / 4], KERNEL_TOLERANCE);
      expect([...losses.entropyLoss.dataSync()]).toEqual([0]);
      expectClose(losses.quantizerLoss, [(1.25 * 1.25) / 4], KERNEL_TOLERANCE);
    });
    quantizer.dispose();
  });

  it('passes the gradient of the codes straight through to the latents, and none to the codebook', () => {
    const quantizer = quantizerOf(threeRows);
    tidy(() => {
      const upstream = tensor3d([1, -2, 3, 0.5], [1, 2, 2]);
      const read = (latents: Tensor): Tensor => mul(quantizer.quantize(latents as Tensor3D).codes, upstream);
      const dLatents = grad((latents: Tensor) => sum(read(latents)))(twoLatents());
      expect([...dLatents.dataSync()]).toEqual([1, -2, 3, 0.5]);
      const inputs = [twoLatents(), quantizer.codebook];
      const [, dCodebook] = grads((latents: Tensor) => {
        const { codes, codebookLoss } = quantizer.quantize(latents as Tensor3D);
        // The codebook loss is there with weight 0, since a gradient that has no path is an error.
        return add(sum(mul(codes, upstream)), mul(codebookLoss, 0));
      })(inputs);
      expect([...dCodebook!.dataSync()].map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
    });
    quantizer.dispose();
  });

  it('pulls latents by the commitment loss alone and rows by the codebook loss alone', () => {
    const quantizer = quantizerOf(threeRows);
    tidy(() => {
      const inputs = [twoLatents(), quantizer.codebook];
      const objective = (latents: Tensor): Tensor => quantizer.quantize(latents as Tensor3D).quantizerLoss;
      const [dLatents, dCodebook] = grads(objective)(inputs);
      // 2/4 of the difference: (0, 0.5) and (0, -1), for latents times 0.25, for rows negative.
      expectClose(dLatents!, [0, 0.0625, 0, -0.125], KERNEL_TOLERANCE);
      expectClose(dCodebook!, [0, 0, 0, -0.25, 0, 0.5], KERNEL_TOLERANCE);
    });
    quantizer.dispose();
  });

  it('compares directions where it normalises', () => {
    // Row 0 is nearest to (3, 4) as a point, row 1 in direction.
    const quantizer = quantizerOf([[3, 0], [30, 40]], { normalize: true }); // prettier-ignore
    tidy(() => {
      const { codes, indices, codebookLoss } = quantizer.quantize(tensor3d([3, 4], [1, 1, 2]));
      expect(indices.arraySync()).toEqual([[1]]);
      expectClose(codes, [0.6, 0.8], KERNEL_TOLERANCE);
      expect(codebookLoss.dataSync()[0]).toBeLessThan(1e-12);
      expectClose(quantizer.codesOf(int32([0, 1], [1, 2])), [1, 0, 0.6, 0.8], KERNEL_TOLERANCE);
      // 2 - 2 cos of the angle.
      expectClose(quantizer.distances(tensor3d([0, 7], [1, 1, 2])), [2, 0.4], KERNEL_TOLERANCE);
    });
    quantizer.dispose();
  });

  it('gives the codes and the distances of any batch', () => {
    const quantizer = quantizerOf(threeRows);
    tidy(() => {
      const codes = quantizer.codesOf(int32([2, 0, 1, 2], [2, 2]));
      expect(codes.arraySync()).toEqual([[[0, 4], [0, 0]], [[1, 0], [0, 4]]]); // prettier-ignore
      const distances = quantizer.distances(tensor3d([1, 0, 0, 3], [2, 1, 2]));
      expect(distances.arraySync()).toEqual([[[1, 0, 17]], [[9, 10, 1]]]);
    });
    quantizer.dispose();
  });

  it.each([
    [[0, 3], 3, 1],
    [[-1, 0], -1, 0],
  ])('throws ShapeError for the indices %j, naming the first that no row has', (values, index, position) => {
    const quantizer = quantizerOf(threeRows);
    tidy(() => {
      const wrong = int32(values, [1, 2]);
      expect(() => quantizer.codesOf(wrong)).toThrow(ShapeError);
      expect(() => quantizer.codesOf(wrong)).toThrow(
        `codesOf: indices must be in 0 ... 2, got ${index} at position ${position}.`,
      );
    });
    quantizer.dispose();
  });

  it('throws ShapeError for indices that are no tensor', () => {
    const quantizer = quantizerOf(threeRows);
    const array: unknown = Int32Array.of(0, 1);
    expect(() => quantizer.codesOf(array as Tensor2D)).toThrow(ShapeError);
    expect(() => quantizer.codesOf(array as Tensor2D)).toThrow('a tensor. Make one: tensor2d(');
    quantizer.dispose();
  });

  it('leaves its inputs alone and no tensors behind', async () => {
    const quantizer = quantizerOf(threeRows, { normalize: true, entropyLossWeight: 0.1 });
    const latents = twoLatents();
    const run = (): void => {
      const quantization = quantizer.quantize(latents);
      dispose([quantizer.codesOf(quantization.indices), quantizer.distances(latents), quantization]);
      const objective = (z: Tensor): Tensor => quantizer.quantize(z as Tensor3D).quantizerLoss;
      dispose(grads(objective)([latents, quantizer.codebook]));
    };
    expect(await tensorsLeftBy(run)).toBe(0);
    expect([...latents.dataSync()]).toEqual([1, 0.5, 0, 3]);
    latents.dispose();
    expect(await tensorsLeftBy(() => quantizer.dispose())).toBe(-1);
  });

  it('frees the codebook that it replaces', async () => {
    const quantizer = quantizerOf(threeRows);
    expect(await tensorsLeftBy(() => quantizer.replaceCodebook(tensor2d([1, 2, 3, 4, 5, 6], [3, 2])))).toBe(
      0,
    );
    expect([...quantizer.codebook.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(() => quantizer.replaceCodebook(tidy(() => tensor2d([1, 2], [1, 2])))).toThrow(ShapeError);
    quantizer.dispose();
  });
});

describe('VectorQuantizer', () => {
  it('has the published name of its codebook, drawn within 1 / V', () => {
    const quantizer = new VectorQuantizer({
      codebookSize: 50,
      codeWidth: 4,
      normalize: true,
      commitmentLossWeight: 0.25,
      entropyLossWeight: 0,
    });
    quantizer.initialize(1);
    expect([...quantizer.namedParameters()].map(([name]) => name)).toEqual(['embedding.weight']);
    expect(quantizer.codebook.shape).toEqual([50, 4]);
    const largest = Math.max(...quantizer.codebook.dataSync().map(Math.abs));
    expect(largest).toBeLessThanOrEqual(1 / 50);
    expect(largest).toBeGreaterThan(0.9 / 50);
    quantizer.dispose();
  });
});
