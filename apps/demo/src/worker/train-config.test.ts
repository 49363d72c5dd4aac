import { describe, expect, it } from 'vitest';
import { trainConfig } from './train-config';

describe('trainConfig', () => {
  it.each([32, 64])('makes a tokenizer of a grid of eight by eight for pictures of %i', (side) => {
    const { tokenizer, training } = trainConfig({
      source: { kind: 'files', files: [] },
      side,
      steps: 100,
      seed: 1,
    });
    const model = tokenizer.model.vq_model;
    expect(side / model.vit_enc_patch_size).toBe(8);
    expect(tokenizer.dataset.preprocessing.crop_size).toBe(side);
    expect(training.unquantized_steps).toBe(15);
  });
});
