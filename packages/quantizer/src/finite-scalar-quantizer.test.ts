import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { dispose, grad, mul, sum, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { ConfigError, ShapeError } from '@restok/core';
import {
  expectClose,
  expectGradients,
  KERNEL_TOLERANCE,
  tensorsLeftBy,
  testBackends,
  useTestBackend,
} from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { FiniteScalarQuantizer } from './finite-scalar-quantizer';

/** Three channels of 2, 3 and 4 levels: 24 codes. */
const LEVELS = [2, 3, 4];

const quantizerOf = (scalarLevels: readonly number[]): FiniteScalarQuantizer =>
  new FiniteScalarQuantizer({
    codebookSize: scalarLevels.reduce((product, n) => product * n, 1),
    codeWidth: scalarLevels.length,
    scalarLevels,
  });

/** The latent in the middle of a code: what the bound takes to it. */
function latentAt(code: number, numLevels: number): number {
  const reach = (1.001 * (numLevels - 1)) / 2;
  const offset = numLevels % 2 === 0 ? 0.5 : 0;
  return Math.atanh((code * Math.floor(numLevels / 2) + offset) / reach) - Math.atanh(offset / reach);
}

describe.each(testBackends)('FiniteScalarQuantizer on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('rounds each channel to its levels, which lie around 0', () => {
    const quantizer = quantizerOf(LEVELS);
    tidy(() => {
      // Two levels are -1 and 0, three -1, 0 and 1, four -1, -1/2, 0 and 1/2.
      const latents = tensor3d([-9, -9, -9, 9, 9, 9, 0, 0, 0], [1, 3, 3]);
      const { codes, indices } = quantizer.quantize(latents);
      expectClose(codes, [-1, -1, -1, 0, 1, 0.5, 0, 0, 0], KERNEL_TOLERANCE);
      expect(indices.dtype).toBe('int32');
      // Digits (0, 0, 0), (1, 2, 3) and (1, 1, 2) in places of 1, 2 and 6.
      expect(indices.arraySync()).toEqual([[0, 23, 15]]);
    });
    quantizer.dispose();
  });

  it('takes the nearest level of the bounded latent', () => {
    const quantizer = quantizerOf([5]);
    tidy(() => {
      // 2.002 tanh(z) is 0.4, 0.6, 1.4 and -1.6.
      const latents = [0.4, 0.6, 1.4, -1.6].map((value) => Math.atanh(value / 2.002));
      const { codes, indices } = quantizer.quantize(tensor3d(latents, [2, 2, 1]));
      expectClose(codes, [0, 0.5, 0.5, -1], KERNEL_TOLERANCE);
      expect(indices.arraySync()).toEqual([[2, 3], [3, 0]]); // prettier-ignore
    });
    quantizer.dispose();
  });

  it('gives the codes of every index and takes latents at them back to it', () => {
    const quantizer = quantizerOf(LEVELS);
    tidy(() => {
      const all = Array.from({ length: 24 }, (_, index) => index);
      const codes = quantizer.codesOf(tensor2d(all, [4, 6], 'int32'));
      expect(codes.shape).toEqual([4, 6, 3]);
      expect([...codes.dataSync()]).toEqual([...quantizer.codebook.dataSync()]);
      const values = codes.dataSync().map((code, i) => latentAt(code, LEVELS[i % 3]!));
      const again = quantizer.quantize(tensor3d(values, [1, 24, 3]));
      expect([...again.indices.dataSync()]).toEqual(all);
      expectClose(again.codes, codes, KERNEL_TOLERANCE);
    });
    quantizer.dispose();
  });

  it('has losses of 0', () => {
    const quantizer = quantizerOf(LEVELS);
    tidy(() => {
      const { quantizerLoss, commitmentLoss, codebookLoss, entropyLoss } = quantizer.quantize(
        tensor3d([0.3, 0.3, 0.3], [1, 1, 3]),
      );
      const losses = [quantizerLoss, commitmentLoss, codebookLoss, entropyLoss];
      expect(losses.map((loss) => loss.dataSync()[0])).toEqual([0, 0, 0, 0]);
    });
    quantizer.dispose();
  });

  it('passes the gradient through the rounding to the bound', () => {
    const quantizer = quantizerOf([5, 4]);
    tidy(() => {
      const latents = tensor3d([0.3, 0.2, -0.7, 0.5], [1, 2, 2]);
      const upstream = tensor3d([1, -2, 3, 0.5], [1, 2, 2]);
      const through = (read: (z: Tensor3D) => Tensor): Tensor =>
        grad((z: Tensor) => sum(mul(read(z as Tensor3D), upstream)))(latents);
      const ofCodes = through((z) => quantizer.quantize(z).codes);
      expectClose(ofCodes, through((z) => quantizer.comparable(z)), KERNEL_TOLERANCE); // prettier-ignore
      // At 0.3 the bound of five levels, 2.002 tanh(z) / 2, has the slope 1.001 (1 - tanh² 0.3).
      expect(ofCodes.dataSync()[0]).toBeCloseTo(1.001 * (1 - Math.tanh(0.3) ** 2), 5);
      expectGradients(([z]) => quantizer.comparable(z as Tensor3D), [latents]);
    });
    quantizer.dispose();
  });

  it('measures distances from the bounded latents', () => {
    const quantizer = quantizerOf([3]);
    tidy(() => {
      // The bounded latent is 0.25: 1.25, 0.25 and 0.75 from the levels.
      const distances = quantizer.distances(tensor3d([Math.atanh(0.25 / 1.001)], [1, 1, 1]));
      expect(distances.shape).toEqual([1, 1, 3]);
      expectClose(distances, [1.5625, 0.0625, 0.5625], KERNEL_TOLERANCE);
    });
    quantizer.dispose();
  });

  it('leaves its inputs alone and no tensors behind', async () => {
    const latents = tensor3d([0.3, 0.2, -0.7], [1, 1, 3]);
    const run = (): void => {
      const quantizer = quantizerOf(LEVELS);
      const quantization = quantizer.quantize(latents);
      dispose([quantizer.codesOf(quantization.indices), quantizer.distances(latents), quantization]);
      dispose(grad((z: Tensor) => sum(quantizer.quantize(z as Tensor3D).codes))(latents));
      quantizer.dispose();
      quantizer.dispose();
    };
    expect(await tensorsLeftBy(run)).toBe(0);
    expectClose(latents, [0.3, 0.2, -0.7], 1e-7); // one float32 step
    latents.dispose();
  });

  it('throws ShapeError for an index that is no code', () => {
    const quantizer = quantizerOf(LEVELS);
    tidy(() => {
      const wrong = tensor2d([0, 24], [1, 2], 'int32');
      expect(() => quantizer.codesOf(wrong)).toThrow(ShapeError);
      expect(() => quantizer.codesOf(wrong)).toThrow('must be in 0 ... 23, got 24 at position 1');
    });
    quantizer.dispose();
  });
});

describe('FiniteScalarQuantizer', () => {
  it('has no weights, and refuses a codebook', () => {
    const quantizer = quantizerOf(LEVELS);
    expect(quantizer.numParameters).toBe(0);
    expect(() => quantizer.replaceCodebook()).toThrow(ConfigError);
  });

  it.each([
    ['fewer levels than channels', 24, 4, [2, 3, 4]],
    ['another product', 25, 3, [2, 3, 4]],
    ['one level alone', 4, 2, [1, 4]],
    ['a broken number', 5, 2, [2, 2.5]],
    ['none', 4, 2, undefined],
  ])('throws ConfigError for %s', (_, codebookSize, codeWidth, scalarLevels) => {
    const build = (): unknown => new FiniteScalarQuantizer({ codebookSize, codeWidth, scalarLevels });
    expect(build).toThrow(ConfigError);
    expect(build).toThrow(/scalarLevels must be \d whole numbers/);
  });
});
