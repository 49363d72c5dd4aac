import { CheckpointError } from '@restok/core';
import { useTestBackend, weightReader } from '@restok/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { Generator } from './generator';

describe('Generator.fromWeights, given another kind of model', () => {
  beforeAll(() => useTestBackend('cpu'));

  it('says what opens the weights of a tokenizer', async () => {
    const weights = weightReader(
      new Map([['pixel_decoder.conv_in.weight', { shape: [1], values: Float32Array.of(0) }]]),
    );
    const loading = Generator.fromWeights({ model: { vq_model: {} } }, weights);
    await expect(loading).rejects.toThrow(CheckpointError);
    await expect(loading).rejects.toThrow('got those of a tokenizer. Open them with ResTok of');
  });
});
