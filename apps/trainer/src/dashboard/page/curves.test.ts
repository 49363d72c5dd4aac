import { describe, expect, it } from 'vitest';
import { chartsOf } from './curves';

describe('chartsOf', () => {
  it('puts losses together, and every other number in a chart of its own', () => {
    const charts = chartsOf([
      { step: 1, totalLoss: 3, reconstructionLoss: 2, learningRate: 0.1, quantized: true },
      { step: 2, totalLoss: 2, reconstructionLoss: 1, learningRate: 0.2, quantized: true },
    ]);
    expect(charts).toEqual([
      {
        title: 'Loss',
        isLogarithmic: true,
        curves: [
          { name: 'total loss', steps: [1, 2], values: [3, 2] },
          { name: 'reconstruction loss', steps: [1, 2], values: [2, 1] },
        ],
      },
      {
        title: 'Learning rate',
        isLogarithmic: true,
        curves: [{ name: 'learning rate', steps: [1, 2], values: [0.1, 0.2] }],
      },
    ]);
  });

  it('shows test pictures first, by kept latents', () => {
    const charts = chartsOf([
      { step: 4, totalLoss: 1, codebookUsage: 0.5 },
      { step: 4, evaluation: { count: 9, psnr: { 1: 10, 4: 20 }, codebookUsage: 0.25 } },
    ]);
    expect(charts.map(({ title, curves }) => [title, curves.map(({ name }) => name)])).toEqual([
      ['PSNR, dB', ['1 latent', '4 latents']],
      ['Loss', ['total loss']],
      ['Codebook', ['codebook usage', 'test codebook usage']],
    ]);
  });

  it('leaves out terms that are 0 throughout beside others', () => {
    const [chart] = chartsOf([{ step: 1, totalLoss: 1, entropyLoss: 0 }]);
    expect(chart?.curves.map(({ name }) => name)).toEqual(['total loss']);
  });

  it('shows numbers by level in a chart of their own', () => {
    const [chart] = chartsOf([{ step: 1, levelLosses: [4, 5] }]);
    expect(chart).toMatchObject({
      title: 'level losses by level',
      curves: [{ values: [4] }, { values: [5] }],
    });
  });
});
