import { CheckpointError } from '@restok/core';
import { weightReader } from '@restok/testing';
import { describe, expect, it } from 'vitest';
import { vitSizeOf } from './vision-transformer-config';

describe('vitSizeOf', () => {
  const stored = (shapes: Record<string, number[]>) =>
    weightReader(
      new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape, values: new Float32Array(0) }])),
    );
  const small = {
    'patch_embed.proj.weight': [384, 3, 16, 16],
    'blocks.0.mlp.fc1.weight': [1536, 384],
    'blocks.11.norm1.weight': [384],
    pos_embed: [1, 197, 384],
  };

  it('gives the sizes of ViT-S/16', () => {
    expect(vitSizeOf(stored(small))).toEqual({
      width: 384,
      layers: 12,
      heads: 6,
      mlpWidth: 1536,
      patchSize: 16,
      numPositions: 197,
    });
  });

  it('throws CheckpointError naming what is not there', () => {
    expect(() => vitSizeOf(stored({ pos_embed: [1, 197, 384] }))).toThrow(CheckpointError);
    expect(() => vitSizeOf(stored({ pos_embed: [1, 197, 384] }))).toThrow(/patch_embed\.proj\.weight/);
  });

  it('throws CheckpointError when the width does not fill the heads', () => {
    const narrow = { ...small, 'patch_embed.proj.weight': [32, 3, 16, 16] };
    expect(vitSizeOf(stored(narrow), 2).heads).toBe(2);
    expect(() => vitSizeOf(stored(narrow), 3)).toThrow(/must fill its heads, got 32 for 3 heads/);
    expect(() => vitSizeOf(stored(narrow))).toThrow(CheckpointError);
  });
});
