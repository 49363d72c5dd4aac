import { generatorArchitecture } from '@restok/generator';
import { parseGeneratorConfig } from '@restok/core';
import { describe, expect, it } from 'vitest';
import { workingBytes } from './generate-plan';

describe('workingBytes', () => {
  it('counts keys and values of all layers and the widest tensors of the largest pass', () => {
    const config = parseGeneratorConfig({ model_type: 'GPT-L', har: true });
    // 24 layers of 1024 keys and as many values for 128 latents; 64 latents in the last pass, 8192 codes, 2816 wide.
    const expected = 4 * (2 * 24 * 1024 * 128 + 64 * (2 * 8192 + 4 * 2816));
    expect(workingBytes(generatorArchitecture(config, true))).toBe(expected);
  });
});
