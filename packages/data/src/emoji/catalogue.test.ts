import { describe, expect, it } from 'vitest';
import { lookUp, parseCatalogue } from './catalogue';

const bytes = Buffer.from(
  JSON.stringify([
    {
      name: 'WAVING HAND SIGN',
      category: 'People & Body',
      unified: '1F44B',
      skin_variations: { '1F3FB': { unified: '1F44B-1F3FB' } },
    },
    { name: 'HASH KEY', category: 'Symbols', unified: '0023-FE0F-20E3' },
  ]),
);

describe('parseCatalogue', () => {
  it('lists every emoji and every skin tone of it, by the key that all packages share', () => {
    const hand = { name: 'waving hand sign', category: 'People & Body' };
    expect(Object.fromEntries(parseCatalogue(bytes, 'x'))).toEqual({
      '1f44b': hand,
      '1f44b-1f3fb': hand,
      '0023-20e3': { name: 'hash key', category: 'Symbols' },
    });
  });

  it.each(['', '{}', '[1]', '[{"name": "A", "category": "B"}]'])(
    'refuses %j and names the package',
    (text) => {
      expect(() => parseCatalogue(Buffer.from(text), 'some-package')).toThrow(
        /^downloadEmoji: emoji\.json of some-package is not a list of emoji\. Fetch it again[^\n]*$/,
      );
    },
  );
});

describe('lookUp', () => {
  const catalogue = parseCatalogue(bytes, 'x');

  it('knows the spellings of other packages', () => {
    expect(lookUp(catalogue, '23-fe0f-20e3')?.name).toBe('hash key');
  });

  it('falls back on the first code point of a sequence', () => {
    expect(lookUp(catalogue, '1f44b-200d-1f300')?.name).toBe('waving hand sign');
  });

  it('knows nothing else, members of objects included', () => {
    expect(lookUp(catalogue, '1f300')).toBeUndefined();
    expect(lookUp(catalogue, '__proto__')).toBeUndefined();
  });
});
