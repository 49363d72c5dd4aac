import type { WeightReader } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { modelFacts } from './model-facts';

const ROOMY = { gib: 8, freeStorage: 1e9, largestTensorBytes: Infinity };
const config = {
  n_layer: 2,
  n_head: 2,
  dim: 32,
  vocab_size: 64,
  block_size: 16,
  num_classes: 10,
  har: false,
};

/** Weights that are never read. */
const weightsOf = (...shape: number[]): WeightReader => ({
  entries: new Map([['w', { dtype: 'F16' as const, shape }]]),
  read: () => Promise.reject(new Error('not read')),
  close: () => Promise.resolve(),
});

describe('modelFacts', () => {
  it('counts weights, download and memory from the header alone', () => {
    const facts = modelFacts({ ...config, license: 'MIT' }, weightsOf(1000, 1000), ROOMY);
    expect(facts).toMatchObject({
      kind: 'generator',
      latents: 16,
      codebookSize: 64,
      numParameters: 1e6,
      downloadBytes: 2e6,
      memoryBytes: 4e6 + 400 * 2 ** 20,
      license: 'MIT',
      refusal: undefined,
    });
  });

  it('knows a tokenizer by its config', () => {
    const tokenizer = { model: { vq_model: {} }, dataset: { preprocessing: { crop_size: 256 } } };
    expect(modelFacts(tokenizer, weightsOf(1), ROOMY)).toMatchObject({ kind: 'tokenizer', latents: 128 });
  });

  it('refuses what no tab can hold, what this device cannot, and what the store cannot', () => {
    const refusal = (weights: WeightReader, device: typeof ROOMY) =>
      modelFacts(config, weights, device).refusal;
    expect(refusal(weightsOf(1e9), ROOMY)).toContain('more than a browser tab can have');
    expect(refusal(weightsOf(5e8), { ...ROOMY, gib: 4 })).toContain('this device has about 4 GB');
    expect(refusal(weightsOf(1e7), { ...ROOMY, freeStorage: 1e7 })).toContain("the browser's storage");
  });

  it('refuses what no tensor of the graphics card holds, weight or activation', () => {
    const refusal = (weights: WeightReader, largestTensorBytes: number) =>
      modelFacts(config, weights, { ...ROOMY, largestTensorBytes }).refusal;
    // As float32, whatever the file holds: 4 MB.
    expect(refusal(weightsOf(1000, 1000), 4e6)).toBeUndefined();
    expect(refusal(weightsOf(1000, 1000), 3_999_999)).toMatch(
      /holds tensors of up to 3 MB, and its weight w has 4 MB\. Open the page with \?backend=webassembly/,
    );
    expect(refusal(weightsOf(1), 1000)).toContain('what it computes of one picture has 1 MB');
  });

  it('throws for a config that is neither', () => {
    expect(() => modelFacts({ n_layer: 'x' }, weightsOf(1), ROOMY)).toThrow();
  });
});
