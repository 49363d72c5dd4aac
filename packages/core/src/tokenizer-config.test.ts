import { describe, expect, it } from 'vitest';
import { resolveVitSize, vitSizes } from './tokenizer-config';

describe('resolveVitSize', () => {
  it('looks names up and passes sizes through', () => {
    expect(resolveVitSize('base')).toEqual({ width: 768, layers: 12, heads: 12 });
    const own = { width: 64, layers: 2, heads: 4 };
    expect(resolveVitSize(own)).toBe(own);
  });

  it('gives every published model heads of 64 channels', () => {
    expect(Object.values(vitSizes).map(({ width, heads }) => width / heads)).toEqual([64, 64, 64]);
  });
});
