import { parseTokenizerConfig } from '@restok/core';
import { describe, expect, it } from 'vitest';
import type { TokenizerArchitecture } from './architecture';
import { tokenizerArchitecture } from './architecture';

const architectureOf = (changes: Readonly<Record<string, unknown>>): TokenizerArchitecture =>
  tokenizerArchitecture(parseTokenizerConfig({ model: { vq_model: changes } }));

const withLayers = (layers: number, hierarchy_stages: number): TokenizerArchitecture =>
  architectureOf({ vit_enc_model_size: { width: 64, layers, heads: 1 }, hierarchy_stages });

describe('tokenizerArchitecture', () => {
  it('has the published sizes where the config says nothing', () => {
    const { cropSize, grid, schedule, encoder, decoder, mergeLayers, numScales } = architectureOf({});
    expect(cropSize).toBe(256);
    expect(grid).toEqual({ rows: 16, columns: 16 });
    expect(schedule.levelSizes).toEqual([1, 1, 2, 4, 8, 16, 32, 64]);
    expect(encoder).toEqual({ width: 1024, layers: 24, heads: 16 });
    expect(decoder).toEqual(encoder);
    expect(mergeLayers).toEqual([5, 11, 17]);
    expect(numScales).toBe(4);
  });

  it.each([
    [12, 4, [2, 5, 8]],
    [5, 3, [0, 2]], // int(5/3) - 1 and int(10/3) - 1
    [4, 4, [0, 1, 2]],
  ])('merges in %i layers of %i stages after equal parts, rounded down', (layers, stages, merges) => {
    expect(withLayers(layers, stages).mergeLayers).toEqual(merges);
  });

  it('drops merges for which there are no layers, but keeps their scales', () => {
    // int(s/4 · 2) - 1 is -1, 0 and 0.
    const { mergeLayers, numScales } = withLayers(2, 4);
    expect(mergeLayers).toEqual([0]);
    expect(numScales).toBe(4);
  });

  it.each([{ merge_tokens: false }, { hierarchy_stages: 1 }, { hierarchy_stages: 0 }])(
    'has one scale and no merges for %j',
    (changes) => {
      const { mergeLayers, numScales } = architectureOf(changes);
      expect(mergeLayers).toEqual([]);
      expect(numScales).toBe(1);
    },
  );
});
