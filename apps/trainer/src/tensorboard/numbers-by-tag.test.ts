import { describe, expect, it } from 'vitest';
import { numbersByTag } from './numbers-by-tag';

describe('numbersByTag', () => {
  it('names numbers by their path and leaves out the step, texts and what is absent', () => {
    const report = {
      ...{ step: 5, loss: 0.5, quantized: true, name: 'x', absent: undefined, nothing: null },
      ...{ psnr: { 1: 10, 16: 20 }, levelLosses: [3, 4] },
    };
    expect([...numbersByTag(report, 'train')]).toEqual([
      ['train/loss', 0.5],
      ['train/quantized', 1],
      ['train/psnr/1', 10],
      ['train/psnr/16', 20],
      ['train/levelLosses/0', 3],
      ['train/levelLosses/1', 4],
    ]);
  });
});
