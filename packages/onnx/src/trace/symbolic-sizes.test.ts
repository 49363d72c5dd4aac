import { describe, expect, it } from 'vitest';
import { SymbolicSizes } from './symbolic-sizes';

describe('SymbolicSizes', () => {
  it('gives each size the next prime', () => {
    const sizes = new SymbolicSizes(['batch', 'length', 'batch'], new Set());
    expect([sizes.numberOf('batch'), sizes.numberOf('length')]).toEqual([37, 41]);
  });

  it('takes no prime that divides a fixed size', () => {
    const sizes = new SymbolicSizes(['batch'], new Set([2 * 37, 41, 64]));
    expect(sizes.numberOf('batch')).toBe(43);
  });

  it('finds sizes in products', () => {
    const sizes = new SymbolicSizes(['batch', 'length'], new Set());
    expect(sizes.factors(37 * 41 * 6)).toEqual({ fixed: 6, names: ['batch', 'length'] });
    expect(sizes.isSymbolic(64)).toBe(false);
    expect(sizes.isSymbolic(74)).toBe(true);
    expect(sizes.isSymbolic(0)).toBe(false);
  });

  it('writes sizes as signatures do', () => {
    const sizes = new SymbolicSizes(['batch'], new Set());
    expect([37, 74, 64].map((size) => sizes.sideOf(size))).toEqual(['batch', '2*batch', 64]);
  });
});
