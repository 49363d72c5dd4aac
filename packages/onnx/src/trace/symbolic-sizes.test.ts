import { describe, expect, it } from 'vitest';
import { chooseStandIns, SymbolicSizes } from './symbolic-sizes';

const NAMES = ['batch', 'length', 'batch'];

function sizesOf(names: string[], avoid: number[] = [], descending = false): SymbolicSizes {
  return new SymbolicSizes(chooseStandIns(names, new Set(avoid), descending));
}

describe('chooseStandIns', () => {
  it('gives each size the next prime', () => {
    expect([...chooseStandIns(NAMES, new Set())]).toEqual([
      ['batch', 37],
      ['length', 41],
    ]);
  });

  it('gives the first size the largest prime where asked to', () => {
    expect([...chooseStandIns(NAMES, new Set([37, 41]), true)]).toEqual([
      ['batch', 47],
      ['length', 43],
    ]);
  });

  it('takes no prime that divides a fixed size', () => {
    expect(chooseStandIns(['batch'], new Set([2 * 37, 41, 64])).get('batch')).toBe(43);
  });
});

describe('SymbolicSizes', () => {
  it('gives the number of a size', () => {
    const sizes = sizesOf(NAMES);
    expect([sizes.numberOf('batch'), sizes.numberOf('length'), sizes.numberOf(5)]).toEqual([37, 41, 5]);
  });

  it('finds sizes in products', () => {
    const sizes = sizesOf(['batch', 'length']);
    expect(sizes.factors(37 * 41 * 6)).toEqual({ fixed: 6, names: ['batch', 'length'] });
    expect(sizes.isSymbolic(64)).toBe(false);
    expect(sizes.isSymbolic(74)).toBe(true);
    expect(sizes.isSymbolic(0)).toBe(false);
  });

  it('writes sizes as signatures do', () => {
    const sizes = sizesOf(['batch']);
    expect([37, 74, 64].map((size) => sizes.sideOf(size))).toEqual(['batch', '2*batch', 64]);
  });

  it('finds fixed sizes that it took for open ones, by comparison', () => {
    const [sizes, others] = [sizesOf(['batch']), sizesOf(['batch'], [37])];
    [37, 74, 111, 64].forEach((size) => sizes.isSymbolic(size));
    [41, 74, 64].forEach((size) => others.factors(size));
    expect(sizes.mistaken(others)).toEqual([74]);
    expect(others.mistaken(sizes)).toEqual([74]);
  });
});
