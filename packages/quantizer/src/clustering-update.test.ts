import type { Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';
import { tensor1d, tensor2d, tensor3d, zeros as zerosTensor } from '@tensorflow/tfjs-core';
import { ShapeError } from '@restok/core';
import { expectClose, KERNEL_TOLERANCE, tensorsLeftBy, testBackends, useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { clusteringUpdate } from './clustering-update';
import { VectorQuantizer } from './vector-quantizer';

/** A row that was never chosen keeps this share of itself. */
const KEPT = 1 - Math.exp(-1e-3);

function quantizerOf(rows: [number, number][], normalize: boolean): VectorQuantizer {
  const options = { codeWidth: 2, commitmentLossWeight: 0.25, entropyLossWeight: 0 };
  const quantizer = new VectorQuantizer({ ...options, codebookSize: rows.length, normalize });
  quantizer.replaceCodebook(tensor2d(rows));
  return quantizer;
}

/** One update from no usage; gives the new codebook and usage. */
function update(quantizer: VectorQuantizer, latents: Tensor3D): { codebook: number[]; usage: number[] } {
  const { indices, ...rest } = quantizer.quantize(latents);
  const start = zerosTensor([quantizer.options.codebookSize]) as Tensor1D;
  const usage = clusteringUpdate(quantizer, latents, indices, start);
  const result = { codebook: [...quantizer.codebook.dataSync()], usage: [...usage.dataSync()] };
  [indices, usage, ...Object.values(rest)].forEach((tensor) => tensor.dispose());
  return result;
}

describe.each(testBackends)('clusteringUpdate on %s', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('moves a row that nobody chose to the latent nearest to it, and leaves a used one', async () => {
    const left = await tensorsLeftBy(() => {
      const quantizer = quantizerOf([[0, 0], [10, 10]], false); // prettier-ignore
      const latents = tensor3d([1, 0, 2, 1, 1, 1, 0, 2], [2, 2, 2]);
      const { codebook, usage } = update(quantizer, latents);
      // Usage 0.01 · 1 of row 0: α = exp(-0.01 · 2 · 10 / 0.01 - 0.001) = e^-20. Nearest to row 1 is (2, 1).
      expectClose(usage, [0.01, 0], KERNEL_TOLERANCE);
      const moved = [2 + 8 * KEPT, 1 + 9 * KEPT];
      expectClose(codebook, [0, 0, ...moved], KERNEL_TOLERANCE);
      latents.dispose();
      quantizer.dispose();
    });
    expect(left).toBe(0);
  });

  it('compares directions but moves to the latent as it is, where the quantiser normalises', () => {
    const quantizer = quantizerOf([[1, 0], [0, 1]], true); // prettier-ignore
    // Both choose row 0. Row 1 is nearest in direction to (8, 6), though (1, 0) is the nearer point.
    const latents = tensor3d([8, 6, 1, 0], [1, 2, 2]);
    const { codebook } = update(quantizer, latents);
    expectClose(codebook.slice(2), [8 - 8 * KEPT, 6 - 5 * KEPT], KERNEL_TOLERANCE);
    latents.dispose();
    quantizer.dispose();
  });

  it('lets the running usage follow by a hundredth of the difference, and consumes the old one', () => {
    const quantizer = quantizerOf([[0, 0], [10, 10]], false); // prettier-ignore
    const latents = tensor3d([0, 0, 9, 9, 11, 11, 10, 10], [1, 4, 2]);
    const { indices, ...rest } = quantizer.quantize(latents);
    const start = tensor1d([1, 0.5]);
    const usage = clusteringUpdate(quantizer, latents, indices, start);
    expectClose(usage, [0.9925, 0.5025], KERNEL_TOLERANCE);
    expect(start.isDisposed).toBe(true);
    [latents, indices, usage, ...Object.values(rest)].forEach((tensor) => tensor.dispose());
    quantizer.dispose();
  });

  it('throws ShapeError when the usage is of another codebook, and changes nothing', () => {
    const quantizer = quantizerOf([[0, 0], [10, 10]], false); // prettier-ignore
    const latents = tensor3d([1, 0], [1, 1, 2]);
    const indices = tensor2d([0], [1, 1], 'int32');
    const usage = tensor1d([0, 0, 0]);
    const run = (): Tensor1D => clusteringUpdate(quantizer, latents, indices, usage);
    expect(run).toThrow(ShapeError);
    expect(run).toThrow('clusteringUpdate: usage must hold 2 values, got 3');
    expect(usage.isDisposed).toBe(false);
    expect([...quantizer.codebook.dataSync()]).toEqual([0, 0, 10, 10]);
    [latents, indices, usage].forEach((tensor) => tensor.dispose());
    quantizer.dispose();
  });
});
