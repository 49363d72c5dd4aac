import type { Tensor4D } from '@tensorflow/tfjs-core';
import { memory, randomUniform, tidy } from '@tensorflow/tfjs-core';
import type { WeightReader } from '@restok/core';
import { CheckpointError } from '@restok/core';
import { useTestBackend } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyTokenizer, tinyTokenizerConfig } from '../test/tiny-tokenizer';
import { ResTok } from './restok';

describe('ResTok.fromWeights', () => {
  beforeAll(() => useTestBackend('restok-node'));

  /** The weights of a model under changed names and shapes. */
  async function weightsOf(
    tokenizer: ResTok,
    change: (entries: Map<string, { dtype: 'F32'; shape: readonly number[] }>) => void,
    rename: (name: string) => string = (name) => name,
  ): Promise<WeightReader> {
    const values = new Map<string, Float32Array>();
    const entries = new Map<string, { dtype: 'F32'; shape: readonly number[] }>();
    for (const [name, parameter] of tokenizer.namedParameters()) {
      entries.set(rename(name), { dtype: 'F32', shape: parameter.publishedShape });
      values.set(rename(name), await parameter.published());
    }
    change(entries);
    return { entries, read: (name) => Promise.resolve(values.get(name)!), close: () => Promise.resolve() };
  }

  it('loads a training checkpoint: compiled names, and weights that only training needs', async () => {
    const original = tinyTokenizer();
    const weights = await weightsOf(
      original,
      (entries) => {
        for (const extra of ['vf_proj.weight', 'foundation_model.norm.weight', 'decoder.feat_mask_token']) {
          entries.set(extra, { dtype: 'F32', shape: [1] });
        }
      },
      (name) => `_orig_mod.${name}`,
    );
    const loaded = await ResTok.fromWeights(tinyTokenizerConfig(), weights);
    tidy(() => {
      const pixels = randomUniform([1, 16, 16, 3], 0, 1, 'float32', 5) as Tensor4D;
      expect([...loaded.encode(pixels).indices.dataSync()]).toEqual([
        ...original.encode(pixels).indices.dataSync(),
      ]);
    });
    [original, loaded].forEach((tokenizer) => tokenizer.dispose());
  });

  it('lists missing, extra and misshapen weights in one error, and leaves no tensors behind', async () => {
    const original = tinyTokenizer();
    const weights = await weightsOf(original, (entries) => {
      entries.delete('encoder.ln_pre.weight');
      entries.set('encoder.surplus', { dtype: 'F32', shape: [2] });
      entries.set('decoder.ln_post.bias', { dtype: 'F32', shape: [25] });
    });
    const before = memory().numTensors;
    const loading = ResTok.fromWeights(tinyTokenizerConfig(), weights);
    await expect(loading).rejects.toThrow(CheckpointError);
    await expect(loading).rejects.toThrow(
      /missing encoder\.ln_pre\.weight.*decoder\.ln_post\.bias is \[25\], expected \[24\].*unexpected encoder\.surplus/s,
    );
    expect(memory().numTensors).toBe(before);
    original.dispose();
  });
});
