import { ResTok } from '@restok/tokenizer';
import { openFixture, tokenizerConfigOf } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { hasWeightDecay } from './parameter-groups';

interface Groups {
  readonly decay: string[];
  readonly no_decay: string[];
}

const published = openFixture('optim').config.reference.param_groups as Record<string, Groups>;

describe('hasWeightDecay', () => {
  it.each([
    ['tokenizer_default', {}],
    ['tokenizer_no_multi_quant', { multi_quant: false, vae_encoder: false }],
  ])('gives the published groups of %s', (group, changes) => {
    const config = tokenizerConfigOf(openFixture('tokenizer-entropy').config);
    const tokenizer = new ResTok({
      ...config,
      model: { vq_model: { ...config.model.vq_model, ...changes } },
    });
    const [decayed, exempt]: [string[], string[]] = [[], []];
    for (const [name, { publishedShape }] of tokenizer.namedParameters()) {
      (hasWeightDecay(name, publishedShape) ? decayed : exempt).push(name);
    }
    expect(decayed.sort()).toEqual([...published[group]!.decay].sort());
    expect(exempt.sort()).toEqual([...published[group]!.no_decay].sort());
  });

  it('gives the published groups of a generator by name alone', () => {
    const { decay, no_decay: exempt } = published.har_tiny!;
    expect(decay.every((name) => hasWeightDecay(name, [8, 8]))).toBe(true);
    expect(exempt.some((name) => hasWeightDecay(name, [8, 8]))).toBe(false);
  });

  it('never decays vectors', () => {
    expect(hasWeightDecay('mlp.fc1.weight', [8])).toBe(false);
    expect(hasWeightDecay('mlp.fc1.weight', [8, 8])).toBe(true);
  });
});
