import { CheckpointError } from '@restok/core';
import { useTestBackend, weightReader } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { ResTok } from './restok';

describe('ResTok.fromWeights, given another kind of model', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('says what opens the weights of a generator', async () => {
    const weights = weightReader(
      new Map([['cls_embedding.embedding_table.weight', { shape: [1], values: Float32Array.of(0) }]]),
    );
    const loading = ResTok.fromWeights({ n_layer: 1 }, weights);
    await expect(loading).rejects.toThrow(CheckpointError);
    await expect(loading).rejects.toThrow('got those of a generator. Open them with Generator of');
  });
});
