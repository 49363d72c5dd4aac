import { describe, expect, it } from 'vitest';
import { isGeneratorConfig, trainingNumbers } from './training-report';

describe('trainingNumbers', () => {
  it('gives those of a tokenizer', () => {
    const report = { step: 3, reconstructionLoss: 0.0123456, codebookUsage: 0.987 };
    expect(trainingNumbers(report)).toEqual(['loss 0.01235', 'codebook 99 %']);
    expect(trainingNumbers({ step: 3, psnr: { 1: 13.25, 4: 14.5 }, codebookUsage: 1 })).toEqual([
      '1: 13.25 dB, 4: 14.50 dB',
      'codebook 100 %',
    ]);
  });

  it('gives those of a generator', () => {
    expect(trainingNumbers({ step: 3, loss: 6.51234, accuracy: 0.071 })).toEqual([
      'loss 6.5123',
      'right 7 %',
    ]);
  });
});

describe('isGeneratorConfig', () => {
  it('tells by model.generator, also beside a tokenizer', () => {
    expect(isGeneratorConfig({ model: { generator: {}, vq_model: {} } })).toBe(true);
    expect(isGeneratorConfig({ model: { vq_model: {} } })).toBe(false);
    expect(isGeneratorConfig({})).toBe(false);
  });
});
