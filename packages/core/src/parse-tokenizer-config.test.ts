import { describe, expect, it } from 'vitest';
import type { Written } from '../test/published-configs';
import { asYaml, published } from '../test/published-configs';
import { parseConfigText } from './config-text';
import { ConfigError } from './errors';
import { parseTokenizerConfig } from './parse-tokenizer-config';

/** A config of the given model keys and crop size. */
function withKeys(keys: Record<string, unknown>, cropSize: unknown = 256): unknown {
  return { model: { vq_model: keys }, dataset: { preprocessing: { crop_size: cropSize } } };
}

function problemsOf(raw: unknown): readonly string[] {
  try {
    parseTokenizerConfig(raw);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

describe('parseTokenizerConfig', () => {
  it.each([
    ['num_latent_tokens', 2 ** 30, '65,536'],
    ['codebook_size', 1e12, '1,048,576'],
    ['token_size', 1e9, '65,536'],
    ['hierarchy_stages', 1e9, '16'],
  ])('refuses %s %i before anything is computed from it', (key, value, limit) => {
    expect(problemsOf(withKeys({ [key]: value }))).toEqual([
      `model.vq_model.${key}: must be at most ${limit}, far above any model that fits a machine`,
    ]);
  });

  it('refuses layers, pictures and channels that no machine holds', () => {
    const size = { width: 64, layers: 1e9, heads: 1 };
    expect(problemsOf(withKeys({ vit_enc_model_size: size }))).toHaveLength(1);
    expect(problemsOf(withKeys({}, 1e9))).toEqual([
      'dataset.preprocessing.crop_size: must be at most 16,384, far above any model that fits a machine',
    ]);
    expect(problemsOf(withKeys({}, 8192))).toEqual([
      'crop_size 8192 over patches of 16 makes 262144 image tokens, more than 65536',
    ]);
    const wide = { hidden_channels: 65_536, channel_mult: [1, 1, 1, 1, 2] };
    expect(problemsOf(withKeys({ pixel_cnn: wide }))).toEqual([
      'pixel_cnn has 131072 channels where it is widest, more than 65536',
    ]);
  });

  it.each(['tokenizer training', 'generator training', 'inference'] as const)(
    'accepts the published YAML of %s',
    (kind) => {
      const config = parseTokenizerConfig(parseConfigText(asYaml(published[kind]), kind));
      const model = config.model.vq_model;
      expect(model.codebook_size).toBe(8192);
      expect(model.rope_base_len).toBe(10_000);
      expect(model.num_latent_tokens).toBe(128);
      expect(model.merge_tokens).toBe(true);
      expect(model.learnable_latent_tokens).toBe(false);
      expect(config.dataset.preprocessing.crop_size).toBe(256);
    },
  );

  it('keeps keys that it does not know, at every depth', () => {
    const text = asYaml(published['tokenizer training']);
    const config = parseTokenizerConfig(parseConfigText(text, 'c'));
    expect(config.model.vq_model.use_vf).toBe('dinov3');
    expect(config.lr_scheduler).toEqual({
      scheduler: 'cosine',
      params: { learning_rate: 1e-4, warmup_steps: 5000, end_lr: 1e-5 },
    });
    expect(config.dataset.preprocessing.random_flip).toBe(true);
    expect(config.dataset.params).toMatchObject({ num_workers_per_gpu: 16 });
    const size = { width: 64, layers: 2, heads: 4, origin: 'ours' };
    const own = parseTokenizerConfig(withKeys({ vit_enc_model_size: size }));
    expect(own.model.vq_model.vit_enc_model_size).toEqual(size);
  });

  it('has the published value of every key that is left out', () => {
    const { vq_model: written } = published['tokenizer training'].model as { vq_model: Written };
    const values = parseConfigText(asYaml(written), 'c');
    const defaults = parseTokenizerConfig({ model: { vq_model: {} } });
    // Supervision by a vision model is off unless asked for; the other two belong to it or to evaluation.
    const others = ['encoder_feature_supervision', 'decoder_feature_supervision', 'use_vf', 'reverse_proj'];
    for (const [key, value] of Object.entries(values)) {
      if (!others.includes(key) && key !== 'test_num_latent_tokens') {
        expect(defaults.model.vq_model[key], key).toBe(value);
      }
    }
    expect(defaults.dataset.preprocessing.crop_size).toBe(256);
    expect(defaults.model.vq_model.is_legacy).toBe(true);
    expect(defaults.model.vq_model.pixel_cnn.channel_mult).toEqual([1, 1, 2, 2, 4]);
  });

  it('fills in the crop size of a dataset without preprocessing', () => {
    const config = parseTokenizerConfig({ model: { vq_model: {} }, dataset: { params: { path: 'x' } } });
    expect(config.dataset).toEqual({ params: { path: 'x' }, preprocessing: { crop_size: 256 } });
  });

  it('accepts its own result again and does not change its argument', () => {
    const raw = { model: { vq_model: { token_size: 6 } } };
    const config = parseTokenizerConfig(raw);
    expect(raw).toEqual({ model: { vq_model: { token_size: 6 } } });
    expect(parseTokenizerConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  it('accepts a small model with sizes given as objects and a factor of 8', () => {
    const config = parseTokenizerConfig(
      withKeys(
        {
          vit_enc_model_size: { width: 48, layers: 4, heads: 3 },
          vit_enc_patch_size: 8,
          vit_dec_patch_size: 8,
          pixel_cnn: { hidden_channels: 32, channel_mult: [1, 1, 2, 2] },
          num_latent_tokens: 16,
        },
        64,
      ),
    );
    expect(config.model.vq_model.pixel_cnn.z_channels).toBe(256);
    expect(config.model.vq_model.vit_dec_model_size).toBe('large');
  });

  it('lists wrong types and the contradictions beside them at once', () => {
    const problems = problemsOf(
      withKeys({ codebook_size: 'many', use_l2_norm: 1, num_latent_tokens: 100, reduction_ratio: 0.25 }, 250),
    );
    expect(problems).toHaveLength(6);
    expect(problems[0]).toMatch(/^model\.vq_model\.codebook_size: .*expected number/);
    expect(problems[1]).toMatch(/^model\.vq_model\.use_l2_norm: .*expected boolean/);
    expect(problems[2]).toBe('crop_size 250 must be a multiple of the patch size 16');
    expect(problems[3]).toBe('num_latent_tokens must be a power of two of at least 2, got 100');
    expect(problems[4]).toBe('reduction_ratio must be 0.5, got 0.25');
    expect(problems[5]).toMatch(/^hierarchy_stages 4 halves/);
  });

  it('puts every problem into the message', () => {
    const raw = withKeys({ codebook_size: 0, reduction_ratio: 1 });
    expect(() => parseTokenizerConfig(raw)).toThrow(ConfigError);
    expect(() => parseTokenizerConfig(raw)).toThrow(
      /^parseTokenizerConfig: model\.vq_model\.codebook_size: .*; reduction_ratio must be 0\.5, got 1\. Correct/,
    );
  });

  it('does not blame a key for contradicting one whose value has the wrong type', () => {
    expect(problemsOf(withKeys({ num_latent_tokens: '16', num_min_tokens: 256 }))).toHaveLength(1);
    expect(problemsOf(withKeys({ pixel_cnn: { channel_mult: [] }, vit_enc_patch_size: 8 }))).toHaveLength(1);
    expect(problemsOf(withKeys({}, 'big'))).toHaveLength(1);
  });

  it.each([
    ['a patch size other than the factor', { vit_enc_patch_size: 8 }, 'vit_enc_patch_size is 8'],
    ['a factor other than the patch size', { pixel_cnn: { channel_mult: [1, 2] } }, 'downsamples by 2'],
    [
      'no residual blocks where the channels change',
      { pixel_cnn: { channel_mult: [1, 1, 1, 1, 2], num_res_blocks: 0 } },
      'every channel_mult must be 1',
    ],
    ['channels that 32 groups do not divide', { pixel_cnn: { hidden_channels: 48 } }, 'got 48'],
    ['more stages than the grid has halvings', { hierarchy_stages: 6 }, '16 must be a multiple of 32'],
    ['latents that are no power of two', { num_latent_tokens: 96 }, 'got 96'],
    ['a single latent', { num_latent_tokens: 1, num_min_tokens: 1 }, 'at least 2, got 1'],
    ['a larger minimum than there are latents', { num_min_tokens: 256 }, 'up to 128, got 256'],
    ['more latents in tests than there are', { test_num_latent_tokens: 129 }, 'is 129, more than'],
    ['heads that do not divide the width', { vit_dec_model_size: { width: 50, layers: 1, heads: 4 } }, '50'],
    ['a head width of 6', { vit_enc_model_size: { width: 24, layers: 1, heads: 4 } }, 'a multiple of 4'],
    ['an unknown size', { vit_enc_model_size: 'huge' }, 'must be small, base, large or { width'],
    ['a size without heads', { vit_dec_model_size: { width: 64, layers: 2 } }, 'must be small, base, large'],
    [
      'a size of zero layers',
      { vit_dec_model_size: { width: 64, layers: 0, heads: 4 } },
      'vit_dec_model_size.layers',
    ],
    ['numbers that are not finite', { rope_base_len: Infinity }, 'rope_base_len'],
    ['a fraction of a code', { codebook_size: 1.5 }, 'codebook_size'],
    ['a probability above 1', { drop_prob: 1.5 }, 'drop_prob'],
  ])('refuses %s', (_, keys, said) => {
    const problems = problemsOf(withKeys(keys));
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('; ')).toContain(said);
  });

  it('accepts as many stages as the grid has halvings, and any number where nothing is merged', () => {
    expect(problemsOf(withKeys({ hierarchy_stages: 5 }))).toEqual([]);
    expect(problemsOf(withKeys({ hierarchy_stages: 0 }))).toEqual([]);
    expect(problemsOf(withKeys({ hierarchy_stages: 9, merge_tokens: false }))).toEqual([]);
  });

  it.each([[null], [undefined], [[]], ['text'], [{}], [{ model: null }], [{ model: { vq_model: [] } }]])(
    'throws ConfigError for %j',
    (raw) => {
      expect(() => parseTokenizerConfig(raw)).toThrow(ConfigError);
    },
  );

  it('takes no values from __proto__', () => {
    const raw: unknown = JSON.parse('{"model": {"vq_model": {"__proto__": {"token_size": 3}}}}');
    expect(parseTokenizerConfig(raw).model.vq_model.token_size).toBe(8);
  });
});
