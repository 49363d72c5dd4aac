import { availableParallelism } from 'node:os';
import { ConfigError } from '@restok/core';
import { tinyTokenizer } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { fitGeneratorBatch, fitTokenizerBatch } from './batch-fit';

const vitOf = (width: number, layers: number): Record<string, unknown> => {
  const size = { width, layers, heads: width / 64 };
  return { vit_enc_model_size: size, vit_dec_model_size: size };
};

describe('fitTokenizerBatch', () => {
  it('takes sixteen pictures in two parts where the model is small, shared by two processes', () => {
    expect(fitTokenizerBatch(tinyTokenizer())).toEqual({
      per_gpu_batch_size: 8,
      gradient_accumulation_steps: 2,
      workers: Math.min(2, availableParallelism()),
      gradient_checkpointing: false,
    });
  });

  it('computes activations again, in smaller parts, where the model is deep or its pictures large', () => {
    const deep = fitTokenizerBatch(tinyTokenizer({ ...vitOf(512, 12), num_latent_tokens: 128 }, 128));
    expect(deep.gradient_checkpointing).toBe(true);
    expect(deep.per_gpu_batch_size).toBeLessThan(8);
    expect(deep.gradient_accumulation_steps * deep.per_gpu_batch_size).toBeGreaterThanOrEqual(16);
    const convolutional = tinyTokenizer(
      { pixel_cnn: {}, vit_enc_patch_size: 16, vit_dec_patch_size: 16 },
      256,
    );
    expect(fitTokenizerBatch(convolutional)).toMatchObject({
      gradient_checkpointing: true,
      gradient_accumulation_steps: 16,
      per_gpu_batch_size: 1,
    });
  });

  it('refuses a model whose parameters alone are too many, as those of the published one', () => {
    const published = { model: { vq_model: {} } };
    expect(() => fitTokenizerBatch(published)).toThrow(ConfigError);
    expect(() => fitTokenizerBatch(published)).toThrow(
      /^fineTuning: the 6\d\dM parameters need 1\d\.\d GiB to be trained, and a process has 4\.0 GiB\. /,
    );
  });
});

describe('fitGeneratorBatch', () => {
  it('goes by the layers, the width and the latents', () => {
    const sizes = { vocab_size: 16, num_classes: 3, block_size: 64, n_head: 4 };
    expect(fitGeneratorBatch({ ...sizes, n_layer: 2, dim: 64 })).toMatchObject({
      per_gpu_batch_size: 8,
      gradient_checkpointing: false,
    });
    const large = fitGeneratorBatch({ ...sizes, n_layer: 24, dim: 512, block_size: 1024 });
    expect(large.gradient_checkpointing).toBe(true);
    expect(large.per_gpu_batch_size).toBeLessThan(8);
  });
});
