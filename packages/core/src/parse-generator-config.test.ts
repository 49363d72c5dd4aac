import { describe, expect, it } from 'vitest';
import { asYaml, published } from '../test/published-configs';
import { ConfigError } from './errors';
import { generatorSizes, isHarConfig } from './generator-config';
import { parseGeneratorConfig } from './parse-generator-config';

const SIZE = { n_layer: 2, n_head: 4, dim: 64 };

function problemsOf(raw: unknown, har?: boolean): readonly string[] {
  try {
    parseGeneratorConfig(raw, { har });
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

describe('parseGeneratorConfig', () => {
  it.each(['generator training', 'inference'] as const)('accepts the published YAML of %s', (kind) => {
    const config = parseGeneratorConfig(asYaml(published[kind]));
    expect(config).toMatchObject(generatorSizes['GPT-L']);
    expect(config).toMatchObject({
      vocab_size: 8192,
      block_size: 128,
      num_classes: 1000,
      ar_token_num: 4,
      spe_token_num: 127,
    });
    // The one dropout_p of these files is that of both places.
    expect([config.resid_dropout_p, config.ffn_dropout_p, config.token_dropout_p]).toEqual([0.1, 0.1, 0.1]);
    expect(isHarConfig(config)).toBe(true);
  });

  it('fills in published values, and nothing else', () => {
    expect(parseGeneratorConfig(SIZE)).toEqual({
      ...SIZE,
      multiple_of: 256,
      norm_eps: 1e-5,
      rope_base: 10000,
      vocab_size: 8192,
      block_size: 128,
      num_classes: 1000,
      cls_token_num: 1,
      class_dropout_prob: 0.1,
      token_dropout_p: 0.1,
      resid_dropout_p: 0.1,
      ffn_dropout_p: 0.1,
      attn_dropout_p: 0,
      drop_path_rate: 0,
    });
  });

  it('gives itself again after a way through JSON, unknown keys and nulls included', () => {
    const config = parseGeneratorConfig({ ...SIZE, n_kv_head: null, caption_dim: 2048, origin: { a: [1] } });
    expect(config.caption_dim).toBe(2048);
    expect(parseGeneratorConfig(JSON.stringify(config))).toEqual(config);
  });

  it('takes layers, heads and width from the name of a published size, unless they are given', () => {
    expect(parseGeneratorConfig({ model_type: 'GPT-3B' })).toMatchObject({
      n_layer: 24,
      n_head: 32,
      dim: 3200,
    });
    expect(parseGeneratorConfig({ model_type: 'GPT-B', n_layer: 3 })).toMatchObject({ n_layer: 3, dim: 768 });
    expect(parseGeneratorConfig({ ...SIZE, model_type: 'c2i' })).toMatchObject(SIZE);
  });

  it('lists wrong types and the contradictions among the other keys together', () => {
    const raw = { ...SIZE, n_head: 3, block_size: 100, vocab_size: 'many', class_dropout_prob: 2 };
    expect(problemsOf(raw)).toEqual([
      'vocab_size: must be a positive whole number',
      'class_dropout_prob: must be between 0 and 1',
      'dim 64 over n_head 3 must give an even head width',
      'block_size must be a power of two of at least 2, got 100',
    ]);
  });

  it('says which sizes are missing', () => {
    expect(problemsOf({ dim: 64 })).toEqual([
      'n_layer: must be a positive whole number',
      'n_head: must be a positive whole number',
    ]);
  });

  it('says which names of sizes there are, where one that does not exist should have given them', () => {
    expect(problemsOf({ model_type: 'GPT-l' })).toEqual([
      'model_type GPT-l must be one of GPT-B, GPT-L, GPT-XL, GPT-XXL, GPT-XXXL, GPT-1B, GPT-3B to give sizes',
      'n_layer: must be a positive whole number',
      'n_head: must be a positive whole number',
      'dim: must be a positive whole number',
    ]);
  });

  it.each([
    [{ n_kv_head: 3 }, 'n_head 4 must be a multiple of n_kv_head 3'],
    [{ cls_token_num: 2 }, 'cls_token_num must be 1, got 2'],
    [{ attn_dropout_p: 0.5 }, 'attn_dropout_p must be 0, got 0.5'],
    [{ ffn_dim_multiplier: 0.005 }, 'ffn_dim_multiplier 0.005 leaves nothing of 8/3 of dim 64'],
    [{ rope: false }, 'rope: must be true; other positions are not supported'],
    [{ gpt_type: 't2i' }, 'gpt_type: must be c2i; text conditions are not supported'],
    [{ drop_path_rate: 1 }, 'drop_path_rate: must be at least 0 and below 1'],
    [{ num_classes: 2, class_names: ['cat'] }, 'class_names must hold num_classes = 2 names, got 1'],
    [{ num_classes: 2, class_names: ['cat', 'cat'] }, 'class_names must differ'],
  ])('refuses %j', (keys, problem) => {
    expect(problemsOf({ ...SIZE, ...keys })).toEqual([problem]);
  });

  it.each([
    [3, 'ar_token_num must be a power of two below block_size 32, got 3'],
    [32, 'ar_token_num must be a power of two below block_size 32, got 32'],
  ])('refuses %i first tokens for 32 latents of a HAR model alone', (ar_token_num, problem) => {
    const raw = { ...SIZE, block_size: 32, ar_token_num };
    expect(problemsOf({ ...raw, spe_token_num: 31 })).toEqual([problem]);
    expect(problemsOf(raw, true)).toEqual([problem]);
    expect(problemsOf(raw)).toEqual([]);
  });

  it('asks for a special token for every latent but one', () => {
    expect(problemsOf({ ...SIZE, spe_token_num: 126 })).toEqual([
      'spe_token_num must be at least block_size - 1 = 127, got 126',
    ]);
  });

  it.each([
    ['n_layer', 1e9, '1,000'],
    ['block_size', 2 ** 30, '65,536'],
    ['dim', 2 ** 20, '65,536'],
    ['vocab_size', 2 ** 40, '1,048,576'],
    ['num_classes', 1e12, '1,048,576'],
  ])('refuses %s %i before anything is computed from it', (key, value, limit) => {
    expect(problemsOf({ ...SIZE, [key]: value })).toEqual([
      `${key}: must be at most ${limit}, far above any model that fits a machine`,
    ]);
  });

  it('refuses what is no config at all', () => {
    expect(problemsOf(null)).toHaveLength(1);
    expect(() => parseGeneratorConfig('[1]')).toThrow(ConfigError);
  });
});
