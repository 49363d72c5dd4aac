import { Random } from '@restok/core';
import type { PictureDataset } from '@restok/data';
import { psnr } from '@restok/metrics';
import { ResTok } from '@restok/tokenizer';
import { tensorsLeftBy, useTestBackend } from '@restok/testing';
import { tensor4d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rampDataset, tinyTrainingConfig } from '../test/tiny-training';
import { evaluateTokenizer } from './evaluate-tokenizer';

/** Decibels; PSNR of float32 means against float64 ones. */
const DECIBELS = 4;

describe('evaluateTokenizer', () => {
  let tokenizer: ResTok;
  const dataset = rampDataset(6);

  beforeAll(async () => {
    await useTestBackend('restok-node');
    tokenizer = new ResTok(tinyTrainingConfig().tokenizer, { seed: 1, initialization: 'variancePreserving' });
  });

  afterAll(() => tokenizer.dispose());

  /** The PSNR of one picture as `metrics` has it, after clamping and rounding to 8 bits. */
  async function psnrOf(index: number, numKept: number): Promise<number> {
    const pixels = await dataset.read([index]);
    const { codes } = tokenizer.encode(tensor4d(pixels, [1, 8, 8, 3]));
    const decoded = Array.from(tokenizer.decode(codes, { numKept }).dataSync());
    const rounded = decoded.map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255) / 255);
    return psnr(Array.from(pixels), rounded);
  }

  it('gives the mean PSNR of all pictures for each number of kept latents', async () => {
    const { count, psnr: found } = await evaluateTokenizer(tokenizer, dataset, {
      batchSize: 4,
      keep: [1, 4],
    });
    expect(count).toBe(6);
    for (const kept of [1, 4]) {
      const each = await Promise.all([0, 1, 2, 3, 4, 5].map((index) => psnrOf(index, kept)));
      expect(found[kept]).toBeCloseTo(each.reduce((sum, value) => sum + value, 0) / 6, DECIBELS);
    }
  });

  it('gives usage and entropy of the codes that were chosen', async () => {
    const encoded = tokenizer.encode(tensor4d(await dataset.read([0, 1, 2, 3, 4, 5]), [6, 8, 8, 3]));
    const counts = new Map<number, number>();
    encoded.indices.dataSync().forEach((index) => counts.set(index, (counts.get(index) ?? 0) + 1));
    const entropy = [...counts.values()].reduce((sum, n) => sum - (n / 24) * Math.log2(n / 24), 0);
    const evaluation = await evaluateTokenizer(tokenizer, dataset, { batchSize: 5, keep: [4] });
    expect(evaluation.codebookUsage).toBe(counts.size / 16);
    // The published entropy adds 1e-8 inside the logarithm.
    expect(evaluation.codebookEntropy).toBeCloseTo(entropy, 5);
  });

  it('leaves no tensors behind when it fails', async () => {
    const failing = async (): Promise<void> => {
      const evaluation = evaluateTokenizer(tokenizer, dataset, { batchSize: 4, keep: [1, 99] });
      await expect(evaluation).rejects.toThrow(/numKept/);
    };
    expect(await tensorsLeftBy(failing)).toBe(0);
  });

  it('spreads a smaller number of pictures over the set', async () => {
    const read: number[] = [];
    const watched: PictureDataset = {
      ...dataset,
      read: (indices) => {
        read.push(...Array.from(indices));
        return dataset.read(indices, { random: new Random(0) });
      },
    };
    await evaluateTokenizer(tokenizer, watched, { batchSize: 2, keep: [4], maxPictures: 3 });
    expect(read).toEqual([0, 2, 4]);
  });

  it('leaves no tensors behind', async () => {
    expect(
      await tensorsLeftBy(() => evaluateTokenizer(tokenizer, dataset, { batchSize: 4, keep: [1] })),
    ).toBe(0);
  });
});
