import { describe, expect, it } from 'vitest';
import { catalogueKey, isTestEmoji, splitKey } from './code-name';

describe('splitKey', () => {
  it('is lower case without variation selectors', () => {
    expect(splitKey('1F3F3-FE0F-200D-26A7-FE0F')).toBe('1f3f3-200d-26a7');
  });
});

describe('catalogueKey', () => {
  it('is the same for the spellings of different packages', () => {
    expect(catalogueKey('0023-FE0F-20E3')).toBe('0023-20e3');
    expect(catalogueKey('23_20e3')).toBe('0023-20e3');
  });
});

describe('isTestEmoji', () => {
  it.each([
    // sha1sum of the key, as a whole number modulo 10, worked out outside of JavaScript.
    ['1f302', true],
    ['1f307', true],
    ['1f300', false],
    ['1f301', false],
  ])('follows the SHA-1 of the key: %s', (codeName, isTest) => {
    expect(isTestEmoji(codeName)).toBe(isTest);
  });

  it('holds out all spellings of an emoji together', () => {
    const codeNames = Array.from({ length: 200 }, (_, i) => (0x1f300 + i).toString(16));
    for (const codeName of codeNames) {
      expect(isTestEmoji(`${codeName.toUpperCase()}-FE0F`)).toBe(isTestEmoji(codeName));
    }
  });
});
