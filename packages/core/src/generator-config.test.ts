import { describe, expect, it } from 'vitest';
import { isHarConfig } from './generator-config';

describe('isHarConfig', () => {
  it('follows har where it is given, and the special tokens otherwise', () => {
    expect(isHarConfig({ har: false, spe_token_num: 127 })).toBe(false);
    expect(isHarConfig({ har: true })).toBe(true);
    expect(isHarConfig({ spe_token_num: 127 })).toBe(true);
    expect(isHarConfig({ spe_token_num: null })).toBe(false);
  });
});
