import { readFileSync } from 'node:fs';
import { generatorSizes, parseGeneratorConfig } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { generatorArchitecture } from './architecture';
import { Generator } from './generator';
import { tinyGeneratorConfig } from '../test/tiny-generator';

/** Names and shapes of the released weights, and the released config. */
const released = JSON.parse(
  readFileSync(new URL('../../testing/fixtures/released-names.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const architectureOf = (changes: object): ReturnType<typeof generatorArchitecture> =>
  generatorArchitecture(parseGeneratorConfig(tinyGeneratorConfig(changes)), true);

describe('the released generator', () => {
  it('has the released names and shapes', () => {
    const generator = new Generator(released['generator config.json']!);
    const shapes = [...generator.namedParameters()].map(([name, { publishedShape }]) => [
      name,
      [...publishedShape],
    ]);
    expect(Object.fromEntries(shapes)).toEqual(released['generator GPT-L HAR']);
    expect(generator.isHar).toBe(true);
    // 326.3 million.
    expect(Math.round(generator.numParameters / 1e5)).toBe(3263);
  });
});

describe('generatorArchitecture', () => {
  it.each([
    ['GPT-B', 2048],
    ['GPT-L', 2816],
    ['GPT-XL', 3584],
    ['GPT-XXL', 4096],
    ['GPT-3B', 8704],
  ] as const)('rounds the feed-forward width of %s up to %i', (name, width) => {
    const architecture = generatorArchitecture(parseGeneratorConfig(generatorSizes[name]), false);
    expect(architecture.feedForwardWidth).toBe(width);
  });

  it('multiplies the feed-forward width by the factor of the config', () => {
    // 8 · 16 / 3 is 42 and a rest.
    expect(architectureOf({ multiple_of: 1 }).feedForwardWidth).toBe(42);
    expect(architectureOf({ multiple_of: 1, ffn_dim_multiplier: 1.5 }).feedForwardWidth).toBe(63);
  });

  it('has a null label where classes are dropped in training', () => {
    expect(architectureOf({}).nullLabel).toBe(3);
    expect(architectureOf({ class_dropout_prob: 0 }).nullLabel).toBeUndefined();
  });

  it('takes as many key heads and special tokens as the config says, or the usual ones', () => {
    expect(architectureOf({})).toMatchObject({ numKeyHeads: 2, numSpecial: 15 });
    expect(architectureOf({ n_kv_head: 1, spe_token_num: 20 })).toMatchObject({
      numKeyHeads: 1,
      numSpecial: 20,
    });
  });
});
