import { parseGeneratorConfig, parseTokenizerConfig } from '@restok/core';
import { generatorArchitecture } from '@restok/generator';
import { describe, expect, it } from 'vitest';
import { generatorPictureBytes, picturesAtOnce, tokenizerPictureBytes } from './largest-activation';

describe('picturesAtOnce', () => {
  it('is what is wanted where the device has room, as many as fit where not, and one at least', () => {
    expect(picturesAtOnce(4, Infinity, 100)).toBe(4);
    expect(picturesAtOnce(4, 400, 100)).toBe(4);
    expect(picturesAtOnce(4, 399, 100)).toBe(3);
    expect(picturesAtOnce(4, 99, 100)).toBe(1);
  });
});

describe('tokenizerPictureBytes', () => {
  it('is the convolution at full size for the published model', () => {
    const published = parseTokenizerConfig({ model: { vq_model: {} } });
    // 256 x 256 pixels of 128 channels.
    expect(tokenizerPictureBytes(published)).toBe(256 * 256 * 128 * 4);
  });

  it('is the hidden layer of the wider transformer where convolutions are thin', () => {
    const narrow = { width: 8, layers: 1, heads: 1 };
    const vq_model = {
      vit_enc_model_size: narrow,
      vit_dec_model_size: { ...narrow, width: 256 },
      vit_enc_patch_size: 8,
      vit_dec_patch_size: 8,
      num_latent_tokens: 16,
      hierarchy_stages: 2,
      pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 1, 1] },
    };
    const preprocessing = { crop_size: 32 };
    const config = parseTokenizerConfig({ model: { vq_model }, dataset: { preprocessing } });
    // Twice 4 x 4 image tokens and 16 latents, of 4 · 256 values.
    expect(tokenizerPictureBytes(config)).toBe(48 * 1024 * 4);
  });
});

describe('generatorPictureBytes', () => {
  it('is the logits of the longest pass, twice for guidance, or the widest layer', () => {
    const sizes = { n_layer: 1, n_head: 1, dim: 8, multiple_of: 1, block_size: 16, num_classes: 3 };
    const bytes = (vocab_size: number): number => {
      const config = parseGeneratorConfig({ ...sizes, vocab_size, ar_token_num: 4, har: true });
      return generatorPictureBytes(generatorArchitecture(config, true));
    };
    // The last pass predicts 8 latents.
    expect(bytes(1000)).toBe(2 * 8 * 1000 * 4);
    // 3 · 8 is more than 64 / 3.
    expect(bytes(10)).toBe(2 * 16 * 24 * 4);
  });
});
